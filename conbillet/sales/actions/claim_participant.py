"""Somebody takes the tickets that were bought for them to their own account."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind

from ..models import Participant


class CannotClaim(Exception):
    """`message` says why, fit for the visitor."""

    message = _("Log in first, so that we know whose account it is.")

    def __str__(self) -> str:
        return str(self.message)


class ClaimedByAnother(CannotClaim):
    message = _("These tickets are in another account already.")


@transaction.atomic
def claim_participant(*, participant: Participant, actor: Actor, now: datetime) -> Participant:
    """Link a participant to the person who acts. Harmless when repeated; never takes anything from another account."""
    if actor.kind is not ActorKind.PERSON or actor.person_id is None:
        raise CannotClaim
    found = Participant.objects.select_for_update().get(pk=participant.pk)
    if found.person_id == actor.person_id:
        return found
    if found.person_id is not None:
        raise ClaimedByAnother
    found.person_id, found.claimed_at = actor.person_id, now
    found.save(update_fields=["person", "claimed_at"])
    audit.record(
        action="tickets_claimed",
        actor=actor,
        now=now,
        organization_id=found.organization_id,
        object_kind="participant",
        object_reference=str(found.pk),
        subject=actor.person_id,
    )
    return found
