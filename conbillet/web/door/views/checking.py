"""The scanning page, the check-in itself, and taking it back."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.core.live import topic_token
from conbillet.organizations.access import Standing
from conbillet.tickets.access import get_ticket
from conbillet.tickets.actions.check_in import NotAdmitted
from conbillet.tickets.actions.check_in import check_in as let_in
from conbillet.tickets.actions.undo_check_in import CannotUndo, undo_check_in
from conbillet.tickets.codes import LONGEST, PREFIX
from conbillet.tickets.queries import counters, last_let_in
from conbillet.tickets.refusals import UnknownCode

from ..page import device_of, door_page, said_in, url_of, wants_json
from ..verdicts import admitted, refused, undo_reasons
from .searching import found_page, look_for

# The camera is for this page; nothing else that a browser could lend is needed anywhere on it.
PERMISSIONS = "camera=(self), microphone=(), geolocation=(), display-capture=()"


@require_safe
@door_page
def scan(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """The page on which the crew works: camera, code or name, the last ones, how many are in."""
    now = clock.now()
    topic = f"event:{event.pk}"
    response = render(
        request,
        "door/scan.html",
        {
            "event": event,
            "organization": event.organization,
            "figures": counters(event=event, now=now),
            "last": last_let_in(event=event),
            "topic": topic,
            "token": topic_token(topic, now),
            "early": event.starts_on > clock.copenhagen_day(now),
            "over": event.ends_on < clock.copenhagen_day(now),
            "reasons": undo_reasons(),
        },
    )
    response.headers["Permissions-Policy"] = PERMISSIONS
    return response


@require_POST
@door_page
def check_in(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """A scanned or typed code: the verdict, as a page or as JSON. A text that is no code is looked for as a name."""
    said = said_in(request)
    code = said.get("code", "")[: LONGEST + 1]
    try:
        admission = let_in(
            event=event,
            code=code,
            actor=standing.actor,
            device=device_of(request),
            now=clock.now(),
            scan=said.get("scan", ""),
            scanned_at=_instant(said.get("scanned_at", "")),
        )
        verdict = admitted(admission)
    except NotAdmitted as no:
        if isinstance(no, UnknownCode) and not code.strip().upper().startswith(PREFIX):
            found = look_for(event, code)
            if found is not None:
                return (
                    JsonResponse({"kind": "search"}) if wants_json(request) else found_page(request, event, code, found)
                )
        verdict = refused(no, event)
    if wants_json(request):
        return JsonResponse(verdict.as_json())
    values = {"event": event, "organization": event.organization, "verdict": verdict, "reasons": undo_reasons()}
    return render(request, "door/verdict_page.html", values)


@require_POST
@door_page
def undo(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """Take a check-in back, with a reason: one of ours, or the crew's own words."""
    said = said_in(request)
    ticket = get_ticket(event=event, reference=said.get("ticket", ""))
    reason = said.get("other", "") or said.get("reason", "")
    try:
        undo_check_in(ticket=ticket, reason=reason, actor=standing.actor, now=clock.now())
    except CannotUndo as no:
        if wants_json(request):
            return JsonResponse({"done": False, "message": str(no)})
        messages.error(request, str(no))
        return redirect(url_of("holder", event, ticket.reference))
    message = _("Undone. The ticket can be used again.")
    if wants_json(request):
        return JsonResponse({"done": True, "message": message})
    messages.success(request, message)
    return redirect(url_of("scan", event))


def _instant(text: str) -> datetime | None:
    """An ISO instant of a device's clock; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
