"""The door for the register: a list of members leaves as a file, and whom it was about is written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from conbillet.consents.queries import current_policy_version
from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.clock import copenhagen_day
from conbillet.memberships.models import DocumentedMember, Member
from conbillet.organizations.models import Organization
from conbillet.organizations.permissions import Permission, allowed

from ..disclosure import stand_in
from ..limits import restricted_members
from ..models import DisclosedPerson, Disclosure
from .disclose_to_organization import CannotDisclose

# Of the six: what grant bodies ask of a member. E-mail address and gender are not on their lists.
FIELDS = ("name", "address", "birth_date", "postcode")


@dataclass(frozen=True)
class MemberHandover:
    """What may leave: those who were written down. `left_out` is how many others may only be stored (GDPR art. 18)."""

    disclosure: Disclosure
    members: Sequence[DocumentedMember]
    left_out: int


@transaction.atomic
def disclose_members(
    *, organization: Organization, members: Iterable[DocumentedMember], form: str, actor: Actor, now: datetime
) -> MemberHandover:
    """Write down that these members of a year's documentation are handed out, for that purpose; only those who come back
    may be. People whose data may only be stored are left out. Raises CannotDisclose."""
    acts_here = actor.kind is ActorKind.ORGANIZATION and actor.organization_id == organization.pk
    if not acts_here or not allowed(actor.role, Permission.MEMBERS):
        raise CannotDisclose
    everybody = list(members)
    held = restricted_members()
    leaving = [one for one in everybody if one.member_id not in held]
    people = {pk for pk in (one.member_id for one in leaving) if pk is not None}
    known = Member.objects.filter(pk__in=people, person__isnull=False)
    persons = dict(known.values_list("pk", "person_id"))
    subjects = {persons.get(pk) or stand_in("member", pk) for pk in people}
    disclosure = Disclosure.objects.create(
        organization=organization, event=None, purpose=Disclosure.Purpose.MEMBER_DOCUMENTATION, form=form,
        fields=",".join(FIELDS), policy_version=current_policy_version(on=copenhagen_day(now)), people=len(subjects), at=now,
    )  # fmt: skip
    DisclosedPerson.objects.bulk_create(
        [DisclosedPerson(organization=organization, disclosure=disclosure, subject_id=one) for one in sorted(subjects)],
        batch_size=2000,
    )
    audit.record(
        action="members_handed_out", actor=actor, now=now, organization_id=organization.pk,
        object_kind="organization", object_reference=organization.slug, people=len(subjects), form=form,
    )  # fmt: skip
    return MemberHandover(disclosure, leaving, len(everybody) - len(leaving))
