"""Take up a role that one was invited to."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Account
from conbillet.accounts.queries import has_proven
from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Invitation, Role, RoleKind
from ..tokens import token_hash


class CannotAccept(Exception):
    """The invitation cannot be accepted; the message says why."""


class InvitationGone(CannotAccept):
    """There is no such invitation, or it was answered, withdrawn, or ran out."""

    def __str__(self) -> str:
        return str(_("This invitation is no longer open. Ask the association to send a new one."))


class WrongPerson(CannotAccept):
    """The link alone is not enough: it may have been forwarded. The invited address must be proven."""

    def __str__(self) -> str:
        return str(_("This invitation is for another e-mail address. Log in with that address to accept it."))


def open_invitation(*, token: str, now: datetime) -> Invitation:
    """The invitation behind a link. Raises InvitationGone."""
    invitation = (
        Invitation.objects.select_related("organization")
        .filter(token_hash=token_hash(token), accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if invitation is None:
        raise InvitationGone
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, account: Account, actor: Actor, now: datetime) -> Role:
    """The account's person gets the role. Raises InvitationGone or WrongPerson.

    Who has a role already keeps it when they are an owner, and gets the new one otherwise.
    """
    invitation = open_invitation(token=token, now=now)
    if not has_proven(account, invitation.email):
        raise WrongPerson
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True)
    if not taken.update(accepted_at=now):
        raise InvitationGone
    role, created = Role.objects.select_for_update().get_or_create(
        organization=invitation.organization, person_id=account.person_id,
        defaults={"kind": invitation.kind, "granted_at": now, "granted_by_id": invitation.invited_by_id},
    )  # fmt: skip
    if not created and role.kind != RoleKind.OWNER and role.kind != invitation.kind:
        role.kind, role.granted_at, role.granted_by_id = invitation.kind, now, invitation.invited_by_id
        role.save(update_fields=["kind", "granted_at", "granted_by"])
    audit.record(
        action="invitation_accepted", actor=actor, now=now, organization_id=invitation.organization_id,
        object_kind="invitation", object_reference=str(invitation.pk), subject=account.person_id, role=role.kind,
    )  # fmt: skip
    return role
