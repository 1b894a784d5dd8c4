"""The associations on the platform. About them, not about people: no roles and no buyers here."""

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from conbillet.catalogue.models import Event
from conbillet.organizations.models import Organization

from ..pages import Staff, desk, desk_page

PAGE_SIZE = 50


@require_safe
@desk_page
def associations(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All associations by name, with how many events they have and whether Stripe lets them take payments."""
    search = request.GET.get("q", "").strip()[:80]
    events = Event.objects.filter(organization=OuterRef("pk")).order_by().values("organization")
    found = Organization.objects.select_related("connected_account").annotate(
        events=Coalesce(Subquery(events.annotate(count=Count("pk")).values("count")), 0)
    )
    if search:
        found = found.filter(Q(name__icontains=search) | Q(slug__icontains=search) | Q(cvr=search))
    page = Paginator(found.order_by("name", "id"), PAGE_SIZE).get_page(request.GET.get("page"))
    return desk(request, "desk/associations.html", {"page": page, "search": search})
