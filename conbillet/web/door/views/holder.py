"""One ticket and its holder: let in, hand out, undo."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conbillet.catalogue.models import Event
from conbillet.organizations.access import Standing
from conbillet.tickets.at_door import find_ticket

from ..page import door_page
from ..verdicts import age_label, notes_of, things_of, undo_reasons


@require_safe
@door_page
def holder(request: HttpRequest, standing: Standing, event: Event, reference: str) -> HttpResponse:
    ticket = find_ticket(event=event, reference=reference)
    if ticket is None or ticket.event_id != event.pk:
        raise Http404
    values = {
        "event": event,
        "organization": event.organization,
        "ticket": ticket,
        "age": age_label(ticket.age_band),
        "things": things_of(ticket),
        "notes": notes_of(ticket),
        "reasons": undo_reasons(),
    }
    return render(request, "door/holder.html", values)
