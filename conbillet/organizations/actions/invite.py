"""Invite somebody to work for an association."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..models import Invitation, Organization, RoleKind, StaffMember
from ..tokens import invitation_token, token_hash

OPEN_FOR = timedelta(days=14)
MOST_OPEN = 50


class CannotInvite(Exception):
    """The invitation cannot be made; the message says why."""


class AlreadyHere(CannotInvite):
    """The address belongs to somebody who has a role already."""

    def __str__(self) -> str:
        return str(_("This person has a role already. You can change it in the list."))


class TooManyInvitations(CannotInvite):
    """More invitations are open than anybody needs."""

    def __str__(self) -> str:
        return str(_("Many invitations are open already. Withdraw some of them first."))


@transaction.atomic
def invite(*, organization: Organization, email: str, kind: str, actor: Actor, language: str, now: datetime) -> Invitation:
    """An invitation that is open for 14 days; its mail follows. An open one to the same address is withdrawn.

    Works as the role *office*: the address is compared with those who have a role here, with nobody else's.
    Raises AlreadyHere or TooManyInvitations.
    """
    address = email.strip().lower()
    if StaffMember.objects.filter(organization=organization, email__iexact=address).exists():
        raise AlreadyHere
    waiting = Invitation.objects.filter(organization=organization, accepted_at__isnull=True, withdrawn_at__isnull=True)
    waiting.filter(email=address).update(withdrawn_at=now)
    if waiting.filter(expires_at__gt=now).count() >= MOST_OPEN:
        raise TooManyInvitations
    token = invitation_token(organization_id=organization.pk, email=address, created_at=now)
    invitation = Invitation.objects.create(
        organization=organization, email=address, kind=RoleKind(kind), token_hash=token_hash(token),
        invited_by_id=actor.person_id, created_at=now, expires_at=now + OPEN_FOR,
    )  # fmt: skip
    audit.record(
        action="invitation_made", actor=actor, now=now, organization_id=organization.pk,
        object_kind="invitation", object_reference=str(invitation.pk), role=kind,
    )  # fmt: skip
    announce("invitation_made", invitation=invitation.pk, language=language)
    return invitation
