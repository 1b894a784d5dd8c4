"""Who acts. A value, made once per request or job and passed down; never looked up from a global."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    PERSON = "person"  # a buyer or member, acting for themselves
    ORGANIZATION = "organization"  # a person acting for an association, by a role
    STAFF = "staff"  # a person acting for the platform
    SYSTEM = "system"  # a job, the clock, the payment provider


@dataclass(frozen=True, slots=True)
class Actor:
    """`organization_id` and `role` are set only while somebody acts for that association."""

    kind: ActorKind
    person_id: UUID | None = None
    organization_id: int | None = None
    role: str = ""

    def for_organization(self, organization_id: int, role: str) -> "Actor":
        return Actor(ActorKind.ORGANIZATION, self.person_id, organization_id, role)


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
SYSTEM = Actor(ActorKind.SYSTEM)


def person_actor(person_id: UUID) -> Actor:
    return Actor(ActorKind.PERSON, person_id)
