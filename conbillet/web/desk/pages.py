"""The door of the desk: staff of the platform only, each with a second factor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from conbillet.accounts.queries import staff_roles
from conbillet.core import security_log
from conbillet.core.actor import Actor, ActorKind
from conbillet.web.second_factor import missing_second_factor

View = Callable[..., HttpResponse]

MENU = (
    ("desk:home", _("Cases"), "mail"),
    ("desk:health", _("Health"), "chart"),
    ("desk:associations", _("Associations"), "people"),
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
        return view(request, Staff(actor, roles), **rest)

    return page


def desk(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of the desk with its menu; the current page is the one whose address the request's begins with."""
    items: list[dict[str, Any]] = [
        {"url": reverse(name), "label": label, "icon": icon, "current": False} for name, label, icon in MENU
    ]
    best = max((item for item in items if request.path.startswith(item["url"])), key=lambda item: len(item["url"]))
    best["current"] = True
    return render(request, template, {**context, "side_menu": items}, status=status)
