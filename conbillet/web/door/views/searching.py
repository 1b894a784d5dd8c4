"""Somebody without a ticket at hand: found by name, or by the order's reference. Posted, so that no name is in an address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from conbillet.catalogue.models import Event
from conbillet.organizations.access import Standing
from conbillet.tickets import queries
from conbillet.tickets.queries import LONGEST_SEARCH, Found

from ..page import door_page, said_in, url_of
from ..verdicts import age_label


@require_http_methods(["GET", "HEAD", "POST"])
@door_page
def search(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    if request.method != "POST":
        return redirect(url_of("scan", event))
    text = said_in(request).get("code", "")
    return found_page(request, event, text, look_for(event, text) or Found((), (), False))


def look_for(event: Event, text: str) -> Found | None:
    """What a typed text finds; None when that is nothing."""
    if not text.strip() or len(text) > LONGEST_SEARCH:
        return None
    found = queries.search(event=event, text=text)
    return found if found.tickets or found.unpaid else None


def found_page(request: HttpRequest, event: Event, text: str, found: Found) -> HttpResponse:
    rows = [(ticket, age_label(ticket.age_band)) for ticket in found.tickets]
    values = {"event": event, "organization": event.organization, "text": text.strip(), "found": found, "rows": rows}
    return render(request, "door/search.html", values)
