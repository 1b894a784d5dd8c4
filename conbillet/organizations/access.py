"""The only way by which a page obtains an association to act for: from the actor."""

from dataclasses import dataclass

from conbillet.core.actor import Actor, ActorKind

from .models import Organization, Role
from .permissions import Permission, allowed


class NotFound(Exception):
    """There is no such thing, or the actor has no business knowing that there is."""


class NotAllowed(Exception):
    """The actor's role does not go that far."""


@dataclass(frozen=True)
class Standing:
    """An association together with the actor who acts for it."""

    organization: Organization
    actor: Actor


def get_standing(*, actor: Actor, slug: str, permission: Permission) -> Standing:
    """The association with that slug, if the actor has a role in it. Strangers get NotFound, weaker roles NotAllowed."""
    if actor.kind is not ActorKind.PERSON or actor.person_id is None:
        raise NotFound
    role = Role.objects.select_related("organization").filter(organization__slug=slug, person_id=actor.person_id).first()
    if role is None:
        raise NotFound
    if not allowed(role.kind, permission):
        raise NotAllowed
    return Standing(role.organization, actor.for_organization(role.organization_id, role.kind))
