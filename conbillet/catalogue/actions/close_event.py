"""End the sale of an event; its page stays."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor

from ..changes import CannotChange, changed
from ..models import Event


@transaction.atomic
def close_event(*, event: Event, actor: Actor, now: datetime) -> Event:
    """Close a live event. Tickets stay valid. Raises CannotChange when it is not live."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if event.state != Event.State.LIVE:
        raise CannotChange(_("Only a live event can be closed."))
    event.state = Event.State.CLOSED
    event.save(update_fields=["state"])
    changed(event=event, action="event_closed", actor=actor, now=now)
    return event
