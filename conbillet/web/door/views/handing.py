"""T-shirts and meal vouchers: handed out, or taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.tickets.access import get_thing, get_ticket
from conbillet.tickets.actions import hand_out as handing
from conbillet.tickets.actions.take_back import take_back

from ..page import door_page, said_in, url_of, wants_json


@require_POST
@door_page
def hand_out(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """`thing` names the line; `take_back` undoes. `ticket` says whose page to go back to."""
    said = said_in(request)
    line = get_thing(event=event, name=said.get("thing", ""))
    now, given, problem = clock.now(), True, ""
    if said.get("take_back"):
        take_back(line=line, actor=standing.actor, now=now)
        given, message = False, _("Taken back: %(thing)s") % {"thing": line.text}
    else:
        message = _("Handed out: %(thing)s") % {"thing": line.text}
        try:
            handing.hand_out(line=line, actor=standing.actor, now=now)
        except handing.CannotHandOut as no:
            given, problem = isinstance(no, handing.AlreadyHandedOut), str(no)
    if wants_json(request):
        return JsonResponse({"given": given, "done": not problem, "message": problem or message})
    (messages.error if problem else messages.success)(request, problem or message)
    if said.get("ticket"):
        return redirect(url_of("holder", event, get_ticket(event=event, reference=said["ticket"]).reference))
    return redirect(url_of("scan", event))
