"""Open an event to the public, or open a closed one again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day
from conbillet.organizations.agreements import may_sell

from ..changes import CannotChange, changed
from ..models import Event
from ..queries import office_event
from ..warnings import blockers


@transaction.atomic
def publish_event(*, event: Event, actor: Actor, now: datetime) -> Event:
    """Make a draft or closed event live. Raises CannotChange when it is neither, when something must be mended
    first, or when a new association has no data-processing agreement."""
    event = Event.objects.select_for_update(of=("self",)).select_related("organization").get(pk=event.pk)
    if event.state not in (Event.State.DRAFT, Event.State.CLOSED):
        raise CannotChange(_("Only a draft or a closed event can be published."))
    if not may_sell(event.organization):
        raise CannotChange(
            _("The data-processing agreement must be accepted first: an owner does that in the office, under “Agreement”.")
        )
    found = office_event(event=event, organization=event.organization, today=copenhagen_day(now))
    stops = blockers(found.warnings)
    if stops:
        raise CannotChange(" ".join(stop.text for stop in stops))
    before, event.state = event.state, Event.State.LIVE
    event.save(update_fields=["state"])
    changed(event=event, action="event_published", actor=actor, now=now, before=before)
    return event
