"""Keep what a person says about themselves."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Person


@dataclass(frozen=True)
class Profile:
    """Everything that a person can say about themselves. Gender is empty until it was answered."""

    name: str
    badge_name: str
    birth_date: date | None
    gender: str
    phone: str
    street: str
    postcode: str
    city: str
    country: str
    language: str


@transaction.atomic
def update_profile(*, person: Person, profile: Profile, actor: Actor, now: datetime) -> list[str]:
    """Store the profile; returns the names of the fields that changed. The audit log keeps those names, no values.

    Snapshots that associations hold (participants, members) are their own and stay as they are.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    changed = [name for name, value in asdict(profile).items() if getattr(person, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(person, name, getattr(profile, name))
    person.updated_at = now
    person.save(update_fields=[*changed, "updated_at"])
    audit.record(
        action="profile_updated", actor=actor, now=now, organization_id=None,
        object_kind="person", object_reference=str(person.pk), subject=person.pk, fields=changed,
    )  # fmt: skip
    return changed
