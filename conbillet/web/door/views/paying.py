"""An order that is paid at the door: the money is taken outside this program, and written down here."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.sales.access import get_order_for
from conbillet.sales.models import Order
from conbillet.tickets.queries import tickets_of
from conbillet.workflows.door import CannotPayHere, Means, pay_at_door

from ..page import door_page, url_of
from ..verdicts import age_label


@require_http_methods(["GET", "HEAD", "POST"])
@door_page
def pay(request: HttpRequest, standing: Standing, event: Event, reference: str) -> HttpResponse:
    """What is to be paid; a button for each means. Afterwards there are tickets, and the holders can be let in."""
    order = get_order_for(standing=standing, reference=reference)
    if order.event_id != event.pk:
        raise Http404
    if request.method == "POST":
        try:
            pay_at_door(order=order, means=request.POST.get("means", ""), actor=standing.actor, now=clock.now())
        except CannotPayHere as no:
            messages.error(request, str(no))
        else:
            messages.success(request, _("Paid. The tickets are issued; let the holders in below."))
        return redirect(url_of("pay", event, order.reference))
    lines = order.lines.filter(reverses=None).select_related("participant").order_by("position")
    values = {
        "event": event,
        "organization": event.organization,
        "order": order,
        "lines": lines,
        "payable": order.state == Order.State.AWAITING_PAYMENT and order.method == Order.Method.DOOR,
        "means": Means.choices,
        "tickets": [(ticket, age_label(ticket.age_band)) for ticket in tickets_of(event=event, order=order)],
    }
    return render(request, "door/pay.html", values)
