"""Correct the name of somebody on an order, or what stands on their badge."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Participant


class CannotRename(Exception):
    """`message` says why, fit for the visitor."""

    message = _("The name cannot be changed.")

    def __str__(self) -> str:
        return str(self.message)


class NameMissing(CannotRename):
    message = _("Write the name.")


class NothingChanged(CannotRename):
    message = _("That is the name already.")


@transaction.atomic
def rename_participant(
    *, participant: Participant, name: str, badge_name: str, actor: Actor, now: datetime
) -> Participant:
    """Write another name on the association's own snapshot; profiles and the register are not touched.

    Issuing the person's tickets anew is the caller's. The audit entry says what was changed, not to what. Raises
    CannotRename.
    """
    participant = Participant.objects.select_for_update(of=("self",)).select_related("order").get(pk=participant.pk)
    if not name:
        raise NameMissing
    changed = [what for what, new in (("name", name), ("badge_name", badge_name)) if getattr(participant, what) != new]
    if not changed:
        raise NothingChanged
    participant.name, participant.badge_name = name, badge_name
    participant.save(update_fields=["name", "badge_name"])
    audit.record(
        action="participant_renamed",
        actor=actor,
        now=now,
        organization_id=participant.organization_id,
        object_kind="order",
        object_reference=participant.order.reference,
        subject=participant.person_id,
        changed=changed,
    )
    return participant
