"""Change what stands on somebody's badge."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..models import Participant


class TooLateForBadge(Exception):
    """`message` says why, fit for the visitor."""

    message = _("The event has begun, so badges are printed. Ask at the information desk.")

    def __str__(self) -> str:
        return str(self.message)


@transaction.atomic
def correct_badge_name(*, participant: Participant, badge_name: str, actor: Actor, now: datetime) -> Participant:
    """Set the badge name (empty: the name), until the event's first day. Raises TooLateForBadge.

    The log says that it was corrected, and not from what to what: that is nobody's business for ever.
    """
    found = Participant.objects.select_for_update(of=("self",)).select_related("order__event").get(pk=participant.pk)
    if copenhagen_day(now) >= found.order.event.starts_on:
        raise TooLateForBadge
    if found.badge_name != badge_name:
        found.badge_name = badge_name
        found.save(update_fields=["badge_name"])
        audit.record(
            action="badge_name_corrected",
            actor=actor,
            now=now,
            organization_id=found.organization_id,
            object_kind="participant",
            object_reference=str(found.pk),
        )
    return found
