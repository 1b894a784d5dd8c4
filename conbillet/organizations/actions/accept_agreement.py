"""An owner accepts the data-processing agreement for the association."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Agreement, Organization, RoleKind


class CannotAccept(Exception):
    """The agreement cannot be accepted like this; the message says why."""


@transaction.atomic
def accept_agreement(
    *, organization: Organization, version: str, text_hash: str, shown_hash: str, name: str, actor: Actor, now: datetime
) -> Agreement:
    """Store which version was accepted, its hash, who and when; once a version, the first acceptance stands.

    `shown_hash` is what the page showed: raises CannotAccept when another text applies by now, or the actor is no owner.
    """
    if actor.role != RoleKind.OWNER:
        raise CannotAccept(_("Only an owner can accept the agreement for the association."))
    if shown_hash != text_hash:
        raise CannotAccept(_("There is a newer agreement than the one that you read. Read it, and accept that one."))
    values = {
        "text_hash": text_hash,
        "accepted_by_id": actor.person_id,
        "accepted_name": name[:120],
        "accepted_at": now,
    }
    row, new = Agreement.objects.get_or_create(organization=organization, version=version, defaults=values)
    if new:
        audit.record(
            action="agreement_accepted", actor=actor, now=now, organization_id=organization.pk,
            object_kind="agreement", object_reference=version, text_hash=text_hash,
        )  # fmt: skip
    return row
