"""Say yes or no to a request of an authority. It takes two different yes, and neither from whoever wrote it down."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind

from ..models import AuthorityApproval, AuthorityCase

NEEDED = 2


class CannotDecide(Exception):
    message = _("This request is not waiting for an approval.")


class OwnRequest(CannotDecide):
    message = _("Whoever wrote the request down cannot approve it. Two others must.")


class DecidedAlready(CannotDecide):
    message = _("You have decided already. Somebody else must, too.")


@transaction.atomic
def decide_authority_case(*, case: AuthorityCase, approves: bool, actor: Actor, now: datetime) -> AuthorityCase:
    """One person's yes or no; one no ends it, two yes approve it. Raises a CannotDecide."""
    if actor.kind is not ActorKind.STAFF or actor.person_id is None:
        raise CannotDecide
    locked = AuthorityCase.objects.select_for_update().get(pk=case.pk)
    if locked.state != AuthorityCase.State.WAITING:
        raise CannotDecide
    # A requester who was erased since could be anybody: then nobody can be known to be somebody else.
    if locked.requested_by_id is None or locked.requested_by_id == actor.person_id:
        raise OwnRequest
    if locked.approvals.filter(by_id=actor.person_id).exists():
        raise DecidedAlready
    AuthorityApproval.objects.create(case=locked, by_id=actor.person_id, approves=approves, at=now)
    if not approves:
        locked.state, locked.closed_at = AuthorityCase.State.REFUSED, now
    elif locked.approvals.filter(approves=True).count() >= NEEDED:
        locked.state = AuthorityCase.State.APPROVED
    locked.save(update_fields=["state", "closed_at"])
    audit.record(
        action="authority_case_approved" if approves else "authority_case_refused",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="authority_case",
        object_reference=locked.reference,
    )
    return locked
