"""Say yes or no to a request of an authority. It takes two different yes, and neither from whoever wrote it down."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import StaffRole
from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind

from ..models import AuthorityApproval, AuthorityCase

NEEDED = 2
OFFICERS = {StaffRole.Kind.PRIVACY_OFFICER, StaffRole.Kind.ADMINISTRATOR}


class CannotDecide(Exception):
    message = _("This request is not waiting for an approval.")


class OwnRequest(CannotDecide):
    message = _("Whoever wrote the request down cannot approve it. Two others must.")


class NotAnOfficer(CannotDecide):
    message = _("Only privacy officers and administrators decide about such a request.")


class AboutOneself(CannotDecide):
    message = _("The request names you, so others must decide.")


class DecidedAlready(CannotDecide):
    message = _("You have decided already. Somebody else must, too.")


def officer(actor: Actor) -> bool:
    """Whether the actor acts at the desk in one of the roles that oversee it."""
    return actor.kind is ActorKind.STAFF and any(role in OFFICERS for role in actor.role.split(","))


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
    if not officer(actor):
        raise NotAnOfficer
    if locked.subjects.filter(subject_id=actor.person_id).exists():
        raise AboutOneself
    if locked.approvals.filter(by_id=actor.person_id).exists():
        raise DecidedAlready
    AuthorityApproval.objects.create(case=locked, by_id=actor.person_id, approves=approves, at=now)
    if not approves:
        locked.state, locked.closed_at = AuthorityCase.State.REFUSED, now
        locked.subjects.update(sealed_contact=None)  # nothing is handed over, so there is nothing to tell
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
