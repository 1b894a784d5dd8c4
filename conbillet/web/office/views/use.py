"""How the pages of an event are used, and where people give up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.usage.queries import event_use
from conbillet.usage.steps import Step
from conbillet.usage.stretches import FLOOR
from conbillet.web.funnel import FunnelRow, funnel_rows
from conbillet.web.use_charts import by_day, languages_of

from .events import event_view


@require_safe
@event_view(Permission.SEE_OFFICE)
def use(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """Counts without persons, of the last 90 days that are over."""
    found = event_use(event=event, now=clock.now())
    steps = {one.name: one.times for one in found.steps}
    carts, paid = steps[Step.CART], steps[Step.PAID]
    chart = by_day(
        found.days,
        [
            (_("The event's page"), found.by_day[Step.EVENT]),
            (_("The checkout"), found.by_day[Step.CHECKOUT]),
            (_("Orders"), found.by_day[Step.ORDER]),
        ],
    )
    context = {
        "event": event,
        "use": found,
        "floor": FLOOR,
        "funnel": funnel_rows([(one.label, one.times, languages_of(one)) for one in found.steps]),
        "paid_of_hundred": round(100 * paid / carts) if carts and paid and paid <= carts else None,
        "ends": [FunnelRow(one.label, one.times or None) for one in found.ends if one.times],
        "refusals": [FunnelRow(one.label, one.times) for one in found.refusals],
        "faults": [FunnelRow(one.label, one.times) for one in found.faults],
        "chart": chart,
    }
    return render(request, "office/use.html", context)
