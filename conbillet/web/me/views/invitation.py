"""An invitation to work for an association, opened from its mail."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conbillet.accounts.queries import has_proven
from conbillet.core import clock
from conbillet.organizations.actions.accept_invitation import (
    InvitationGone,
    WrongPerson,
    accept_invitation,
    open_invitation,
)
from conbillet.web.goals import sign_in_and_come_back
from conbillet.web.limits import limit_posts
from conbillet.web.pages import actor_of


@never_cache
@require_http_methods(["GET", "POST"])
@limit_posts("accept an invitation", amount=30, seconds=600)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Shows who invites and to what. Accepting takes a sign-in with the invited address; the link alone is not enough."""
    now, account = clock.now(), request.user
    try:
        found = open_invitation(token=token, now=now)
        if request.method == "POST" and ("log_in" in request.POST or not account.is_authenticated):
            if account.is_authenticated:
                logout(request)  # with another address than the invited one
            return sign_in_and_come_back(request, email=found.email)
        if request.method == "POST":
            role = accept_invitation(token=token, account=account, actor=actor_of(request), now=now)  # type: ignore[arg-type]  # narrower at run time
            messages.success(request, _("Welcome to %(organization)s.") % {"organization": found.organization.name})
            return redirect("office:choose") if role.kind == "door_crew" else redirect("office:home", organization=found.organization.slug)
    except InvitationGone as refusal:
        return render(request, "410.html", {"error_message": str(refusal)}, status=410)
    except WrongPerson:
        pass
    fits: Any = account.is_authenticated and has_proven(account, found.email)  # type: ignore[arg-type]  # narrower at run time
    status = 403 if request.method == "POST" else 200
    return render(request, "me/invitation.html", {"invitation": found, "fits": fits}, status=status)
