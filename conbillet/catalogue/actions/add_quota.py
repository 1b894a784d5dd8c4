"""Make a number of places that products take from."""

from datetime import datetime

from django.db import transaction

from conbillet.core.actor import Actor

from ..changes import changed, checked
from ..models import Event, Quota


@transaction.atomic
def add_quota(*, event: Event, name: str, size: int, actor: Actor, now: datetime) -> Quota:
    """A new quota of `size` places, which no product uses yet. Raises CannotChange."""
    quota = Quota(organization_id=event.organization_id, event=event, name=name.strip(), size=size)
    checked(quota)
    quota.save()
    changed(event=event, action="quota_added", actor=actor, now=now, quota=quota.pk, size=size)
    return quota
