"""Call an event off."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..changes import CannotChange, changed
from ..models import Event


@transaction.atomic
def cancel_event(*, event: Event, actor: Actor, now: datetime) -> Event:
    """Cancel a live or closed event for good and announce it. Raises CannotChange otherwise (a draft is nobody's business)."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if event.state not in (Event.State.LIVE, Event.State.CLOSED):
        raise CannotChange(_("Only an event that is public can be cancelled."))
    before, event.state = event.state, Event.State.CANCELLED
    event.save(update_fields=["state"])
    changed(event=event, action="event_cancelled", actor=actor, now=now, before=before)
    announce("event_cancelled", event=event.pk)
    return event
