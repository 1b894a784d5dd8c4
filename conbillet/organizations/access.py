"""The only way by which a page obtains an association to act for: from the actor."""

from dataclasses import dataclass

from conbillet.accounts.queries import HAS_SECOND_FACTOR
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.prepared import columns, fetch_one, made

from .models import Organization
from .permissions import Permission, allowed


class NotFound(Exception):
    """There is no such thing, or the actor has no business knowing that there is."""


class NotAllowed(Exception):
    """The actor's role does not go that far."""


@dataclass(frozen=True)
class Standing:
    """An association together with the actor who acts for it. Pages ask for the second factor to be used as well."""

    organization: Organization
    actor: Actor
    has_second_factor: bool = False


# One statement for all that every office and door page must know.
_STANDING = f"""
SELECT r.kind, {HAS_SECOND_FACTOR}, {columns(Organization, "o")}
  FROM organizations_role r JOIN organizations_organization o ON o.id = r.organization_id
 WHERE o.slug = %s AND r.person_id = %s
"""  # noqa: S608  names of our own columns


def get_standing(*, actor: Actor, slug: str, permission: Permission) -> Standing:
    """The association with that slug, if the actor has a role in it. Strangers get NotFound, weaker roles NotAllowed."""
    if actor.kind is not ActorKind.PERSON or actor.person_id is None:
        raise NotFound
    row = fetch_one(_STANDING, [actor.person_id, slug, actor.person_id])
    if row is None:
        raise NotFound
    role, second_factor, *values = row
    if not allowed(role, permission):
        raise NotAllowed
    organization = made(Organization, tuple(values))
    return Standing(organization, actor.for_organization(organization.pk, role), second_factor)
