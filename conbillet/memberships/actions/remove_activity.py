"""Take an activity out of the list."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Activity


@transaction.atomic
def remove_activity(*, activity: Activity, actor: Actor, now: datetime) -> None:
    """It was entered by mistake. That it was taken out is written down."""
    audit.record(
        action="activity_removed", actor=actor, now=now, organization_id=activity.organization_id,
        object_kind="activity", object_reference=str(activity.pk),
    )  # fmt: skip
    activity.delete()
