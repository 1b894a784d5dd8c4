"""At which door do you stand?"""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conbillet.catalogue.models import MEMBERSHIPS_ONLY, Event
from conbillet.core import clock
from conbillet.organizations.permissions import Permission, allowed
from conbillet.organizations.queries import roles_of
from conbillet.web.second_factor import missing_second_factor

STILL_LISTED = timedelta(days=14)


@require_safe
@login_required
def choose(request: HttpRequest, organization: str = "") -> HttpResponse:
    """The coming events, and those just over, of the associations (or one) for which the person stands at the door."""
    missing = missing_second_factor(request)
    if missing is not None:
        return missing
    roles = roles_of(person_id=request.user.person_id)  # type: ignore[union-attr]  # signed in, see above
    own = [
        role.organization_id
        for role in roles
        if allowed(role.kind, Permission.DOOR) and organization in {"", role.organization.slug}
    ]
    if organization and not own:
        raise Http404
    today = clock.copenhagen_day(clock.now())
    events = (
        Event.objects.filter(organization_id__in=own, state__in=[Event.State.LIVE, Event.State.CLOSED])
        .filter(ends_on__gte=today - STILL_LISTED)
        .exclude(kind=MEMBERSHIPS_ONLY)
        .select_related("organization")
        .order_by("starts_on", "name")
    )
    return render(request, "door/choose.html", {"events": events, "today": today})
