"""Look at the tables of an event, and keep what may be shown of them."""

from datetime import datetime

from django.db import transaction

from conbillet.catalogue.models import Event
from conbillet.core.people import Held

from ..looks import keep, latest, look_at, one_at_a_time
from ..models import TableEdition
from ..snapshot import event_counts


@transaction.atomic
def take_editions(*, event: Event, left_out: Held, now: datetime) -> int:
    """The next editions of an event's tables; returns how many there are. `left_out` are not counted."""
    one_at_a_time()
    before = Event.objects.filter(organization=event.organization_id, starts_on__lt=event.starts_on)
    earlier = before.exclude(state__in=[Event.State.DRAFT, Event.State.CANCELLED]).values_list("pk", flat=True)
    counts = event_counts(event=event, earlier=list(earlier), left_out=left_out)
    taken = look_at(counts, latest(TableEdition.objects.filter(event=event)))
    return keep(taken, organization_id=event.organization_id, event=event, now=now)
