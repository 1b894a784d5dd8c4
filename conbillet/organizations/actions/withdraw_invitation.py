"""Take an invitation back."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: Actor, now: datetime) -> bool:
    """The invitation's link no longer works; returns whether it was still open."""
    changed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True
    ).update(withdrawn_at=now)
    if changed:
        audit.record(
            action="invitation_withdrawn", actor=actor, now=now, organization_id=invitation.organization_id,
            object_kind="invitation", object_reference=str(invitation.pk),
        )  # fmt: skip
    return bool(changed)
