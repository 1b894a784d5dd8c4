"""The associations on the platform. About them, not about people: no roles and no buyers here."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.catalogue.models import Event
from conbillet.organizations.models import Organization
from conbillet.privacy.models import Departure
from conbillet.web.leaving import leaving
from conbillet.web.me.fresh import is_fresh

from ..pages import OFFICERS, Staff, desk, desk_page, officer_page

PAGE_SIZE = 50


@require_safe
@desk_page
def associations(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All associations by name, with how many events they have and whether Stripe lets them take payments."""
    search = request.GET.get("q", "").strip()[:80]
    events = Event.objects.filter(organization=OuterRef("pk")).order_by().values("organization")
    leaving_now = Departure.objects.filter(organization=OuterRef("pk"), withdrawn_at=None, deleted_at=None).order_by()
    found = Organization.objects.select_related("connected_account").annotate(
        events=Coalesce(Subquery(events.annotate(count=Count("pk")).values("count")), 0),
        leaves_on=Subquery(leaving_now.values("delete_on")[:1]),
    )
    if search:
        found = found.filter(Q(name__icontains=search) | Q(slug__icontains=search) | Q(cvr=search))
    page = Paginator(found.order_by("name", "id"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "search": search,
        "is_officer": bool(staff.roles & OFFICERS),
        "left": Departure.objects.exclude(deleted_at=None).order_by("-deleted_at")[:50],
    }
    return desk(request, "desk/associations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_page
def leave(request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    """An association leaves, where no owner can agree: an officer does, with a reason."""
    if not is_fresh(request):
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")
    organization = get_object_or_404(Organization, slug=slug)

    def page(context: dict[str, Any], status: int) -> HttpResponse:
        return desk(request, "desk/leave.html", context, status=status)

    return leaving(request, organization=organization, actor=staff.actor, by_owner=False, render=page)
