"""On New Year's night the sale of memberships goes on with the new year's."""

from datetime import date, datetime

from conbillet.catalogue.actions.copy_event import copy_event
from conbillet.catalogue.actions.open_membership_sale import sale_of
from conbillet.catalogue.actions.publish_event import publish_event
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import MEMBERSHIPS_ONLY, Event
from conbillet.core.actor import SYSTEM
from conbillet.core.clock import copenhagen_day


def continue_membership_sales(*, now: datetime) -> None:
    """The same types at the same prices, for each sale that was live when its year ended. Runs as often as one likes.

    What cannot be published (an agreement is missing, say) is left as a draft, which the office sees.
    """
    year = copenhagen_day(now).year
    ended = Event.objects.filter(kind=MEMBERSHIPS_ONLY, state=Event.State.LIVE, ends_on=date(year - 1, 12, 31))
    for event in ended.order_by("pk"):
        if sale_of(organization_id=event.organization_id, year=year) is not None:
            continue
        name = event.name.replace(str(year - 1), str(year))
        copy = copy_event(event=event, name=name, starts_on=date(year, 12, 31), actor=SYSTEM, now=now)
        try:
            publish_event(event=copy, actor=SYSTEM, now=now)
        except CannotChange:
            continue
