"""The front page, and an association's own page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from conbillet.catalogue.listings import front_page, organization_page
from conbillet.core import clock
from conbillet.statistics.queries import is_public
from conbillet.usage.counter import count_step
from conbillet.usage.steps import SitePage, Step
from conbillet.web.counting import counted, is_visitor

from ..cards import card


@require_safe
@counted(SitePage.FRONT)
def front(request: HttpRequest) -> HttpResponse:
    """The coming conventions, with search, month and place."""
    today = clock.copenhagen_day(clock.now())
    asked = request.GET
    found = front_page(
        search=asked.get("q", ""),
        month=asked.get("month", ""),
        place=asked.get("place", ""),
        page=asked.get("page", 1),
        today=today,
    )
    cards = [card(event, today=today) for event in found.upcoming]
    past = [card(event, today=today) for event in found.past]
    context = {"found": found, "cards": cards, "past": past}
    return public_answer(render(request, "shop/front.html", {**context, **in_header(request)}))


@require_safe
def organization(request: HttpRequest, organization: str) -> HttpResponse:
    """One association with its events."""
    now = clock.now()
    today = clock.copenhagen_day(now)
    found = organization_page(slug=organization, today=today)
    if found is None:
        raise Http404
    if is_visitor(request):
        count_step(found.organization.pk, None, Step.ORGANIZATION, language=request.LANGUAGE_CODE, now=now)
    cards = [card(event, today=today) for event in found.upcoming]
    past = [card(event, today=today) for event in found.past]
    context = {"organization": found.organization, "cards": cards, "past": past, "memberships": found.memberships, "statistics": is_public(organization_id=found.organization.pk), **in_header(request)}
    return public_answer(render(request, "shop/organization.html", context))


def in_header(request: HttpRequest) -> dict[str, object]:
    """What the header shows of the visitor's cart. The session is read only where there is one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return {}
    return {"cart_count": request.session.get("cart_count", 0), "cart_url": request.session.get("cart_url", "")}


def public_answer(response: HttpResponse) -> HttpResponse:
    """A page that is the same for everybody but for language and cart."""
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    response.headers.setdefault("Cache-Control", "private, max-age=0")
    return response
