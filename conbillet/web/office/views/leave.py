"""The association leaves: for an owner who has just shown again who they are."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.web.leaving import leaving
from conbillet.web.me.fresh import is_fresh
from conbillet.web.pages import office_call


@require_http_methods(["GET", "HEAD", "POST"])
@office_call(Permission.EDIT_ROLES)
def leave(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Runs as *app*: what is counted and packed is more than the office's role may write; all of it is of this association."""
    if not is_fresh(request):
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")

    def page(context: dict[str, Any], status: int) -> HttpResponse:
        return render(request, "office/leave.html", context, status=status)

    return leaving(request, organization=standing.organization, actor=standing.actor, by_owner=True, render=page)
