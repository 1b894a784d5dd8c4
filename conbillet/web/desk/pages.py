"""The door of the desk: staff of the platform only, each with a second factor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from conbillet.accounts.models import StaffRole
from conbillet.accounts.queries import staff_roles
from conbillet.core import security_log
from conbillet.core.actor import Actor, ActorKind
from conbillet.web.second_factor import missing_second_factor

View = Callable[..., HttpResponse]

OFFICERS = frozenset({StaffRole.Kind.PRIVACY_OFFICER, StaffRole.Kind.ADMINISTRATOR})
EVERYBODY = frozenset(StaffRole.Kind)
MENU = (
    ("desk:home", _("Cases"), "mail", EVERYBODY),
    ("desk:chats", _("Chat"), "chat", EVERYBODY),
    ("desk:authorities", _("Authorities"), "lock", OFFICERS),
    ("desk:breaches", _("Breaches"), "warning", OFFICERS),
    ("desk:look_up", _("Look up"), "search", EVERYBODY),
    ("desk:newsletters", _("Newsletters"), "mail", OFFICERS),
    ("desk:log", _("Who did what"), "clock", OFFICERS),
    ("desk:retention", _("Retention"), "calendar", EVERYBODY),
    ("desk:use", _("Visits"), "globe", EVERYBODY),
    ("desk:health", _("Health"), "chart", EVERYBODY),
    ("desk:associations", _("Associations"), "people", EVERYBODY),
)


@dataclass(frozen=True)
class Staff:
    """Somebody at the desk. The desk runs as the database role *app*: it belongs to no association."""

    actor: Actor
    roles: frozenset[str]


def desk_page(view: View) -> View:
    """A page of the desk: `view(request, staff, **rest)`.

    Nobody signed in: to the sign-in page. Anybody who is not staff: 404, owners of associations included.
    """

    @wraps(view)
    @never_cache
    def page(request: HttpRequest, **rest: Any) -> HttpResponse:
        user: Any = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        roles = staff_roles(user)
        if not roles:
            security_log.note("refused", who=str(user.pk), page="desk")
            raise Http404
        missing = missing_second_factor(request)
        if missing is not None:
            return missing
        actor = Actor(ActorKind.STAFF, user.person_id, None, ",".join(sorted(roles))[:20])
        staff = Staff(actor, roles)
        request.staff = staff  # type: ignore[attr-defined]
        return view(request, staff, **rest)

    return page


def officer_page(view: View) -> View:
    """A page of the desk for privacy officers and administrators; other staff gets 403."""

    @desk_page
    @wraps(view)
    def page(request: HttpRequest, staff: Staff, **rest: Any) -> HttpResponse:
        if not staff.roles & OFFICERS:
            security_log.note("refused", who=str(staff.actor.person_id), page="desk", right="officer")
            raise PermissionDenied
        return view(request, staff, **rest)

    return page


def desk(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of the desk with its menu; the current page is the one whose address the request's begins with."""
    items: list[dict[str, Any]] = [
        {"url": reverse(name), "label": label, "icon": icon, "current": False}
        for name, label, icon, roles in MENU
        if request.staff.roles & roles  # type: ignore[attr-defined]
    ]
    best = max((item for item in items if request.path.startswith(item["url"])), key=lambda item: len(item["url"]))
    best["current"] = True
    return render(request, template, {**context, "side_menu": items}, status=status)
