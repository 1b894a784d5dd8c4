"""An association's statistics for everybody, where its owner has switched them on."""

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.organizations.models import Organization
from conbillet.statistics.models import PublicPage
from conbillet.web.statistics_pages import event_page, years_page

from .front import in_header, public_answer

FOR_SECONDS = 600


@require_safe
def statistics(request: HttpRequest, organization: str) -> HttpResponse:
    """Whether it is switched on is asked each time; what stands on it is made every ten minutes at most."""
    page = PublicPage.objects.filter(organization__slug=organization, is_on=True).select_related("organization").first()
    if page is None:
        raise Http404
    owner, key = page.organization, f"statistics:{page.organization_id}:{page.changed_at.timestamp()}:{get_language()}"
    figures = cache.get(key)
    if figures is None:
        figures = _figures(owner)
        cache.set(key, figures, FOR_SECONDS)
    context = {"organization": owner, "figures": figures, **in_header(request)}
    return public_answer(render(request, "shop/statistics.html", context))


def _figures(organization: Organization) -> str:
    years, today = years_page(organization=organization, public=True), clock.copenhagen_day(clock.now())
    newest = years.events[0][0] if years.events else None
    page = event_page(event=newest, today=today, public=True) if newest else None
    return render_to_string("shop/_statistics.html", {"years": years, "page": page})
