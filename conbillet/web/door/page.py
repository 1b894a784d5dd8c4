"""What the pages of the door share: who may open them, what a phone sends, how an answer goes back."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from conbillet.catalogue.models import Event
from conbillet.organizations.access import NotFound, Standing
from conbillet.organizations.permissions import Permission
from conbillet.tickets.access import get_event_at_door
from conbillet.web.pages import View, office_page

LONGEST_BODY = 4096


def door_page(view: Callable[..., HttpResponse]) -> View:
    """A page for the door crew of one event: `view(request, standing, event, **rest)`, as the database role *office*."""

    @office_page(Permission.DOOR)
    def page(request: HttpRequest, standing: Standing, event: str, **rest: Any) -> HttpResponse:
        try:
            return view(request, standing, get_event_at_door(standing=standing, slug=event), **rest)
        except NotFound:
            raise Http404 from None

    @wraps(view)
    def strict(request: HttpRequest, **path: Any) -> HttpResponse:
        return page(request, **path)

    return strict


def said_in(request: HttpRequest) -> Mapping[str, str]:
    """The fields of a form, or of a JSON object of texts (our own script sends that)."""
    if request.content_type == "application/json":
        body = request.read(LONGEST_BODY + 1)
        try:
            said = json.loads(body) if len(body) <= LONGEST_BODY else None
        except ValueError:
            said = None
    else:
        said = request.POST.dict()
    if not isinstance(said, dict) or not all(isinstance(text, str) and "\0" not in text for text in said.values()):
        raise BadRequest("An object of texts is expected.")
    return said


def wants_json(request: HttpRequest) -> bool:
    return bool(request.META.get("HTTP_ACCEPT") == "application/json")


def device_of(request: HttpRequest) -> str:
    """Tells the devices at a door apart without knowing them: a hash of the session, which ends with it."""
    return hashlib.sha256((request.session.session_key or "").encode()).hexdigest()[:8]


def url_of(name: str, event: Event, *rest: str) -> str:
    return reverse(f"door:{name}", args=[event.organization.slug, event.slug, *rest])
