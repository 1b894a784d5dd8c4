"""Lift a limit: not before the person was told (GDPR art. 18(3))."""

from datetime import datetime, timedelta

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day, day_end

from ..models import Limit

TOLD_BEFORE = timedelta(days=3)


@transaction.atomic
def lift_limit(*, limit: Limit, actor: Actor, now: datetime) -> Limit:
    """The limit with the end it gets: three days from now, at midnight, so that the person hears of it first. The caller
    queues the mail. Harmless when repeated."""
    locked = Limit.objects.select_for_update(of=("self",)).select_related("case").get(pk=limit.pk)
    if locked.until_at is not None:
        return locked
    locked.until_at = day_end(copenhagen_day(now + TOLD_BEFORE))
    locked.save(update_fields=["until_at"])
    audit.record(
        action="limit_lifted",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=locked.case.reference if locked.case else "",
        subject=locked.person_id,
        kind=locked.kind,
        purpose=locked.purpose,
    )
    return locked
