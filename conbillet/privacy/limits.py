"""What a limit means (GDPR art. 18 and 21), asked at the doors that it closes; see decision 23.

Restricted: the data is stored, and nothing else is done with it. It is not handed to an association (the view of
attendees leaves it out, and so does each list of members that leaves as a file), no news is sent, retention does not take it, and it is told in insight. Tickets stay valid, and
mails about what somebody bought go on: they are what the person asked for.
An objection closes one purpose: news, or counting for statistics.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from conbillet.accounts.models import Account, EmailProof
from conbillet.consents.ledger import has_consented
from conbillet.core.data_map import IMPROVE, SERVICES
from conbillet.core.people import NOBODY, Held

from .models import Limit

# What can be objected to: everything else rests on a contract or a law, not on our own interest.
OBJECTIONS = {SERVICES, IMPROVE}


def live_limits(*, now: datetime) -> QuerySet[Limit]:
    """Limits that are in force."""
    return Limit.objects.filter(Q(until_at=None) | Q(until_at__gt=now), from_at__lte=now)


def held_people(*, now: datetime) -> Held:
    """Whose data may only be stored."""
    return _people_of(live_limits(now=now).filter(kind=Limit.Kind.RESTRICTION, purpose=""))


def not_counted(*, now: datetime) -> Held:
    """Whom statistics leave out: whose data may only be stored, and who objected."""
    return _people_of(live_limits(now=now).filter(purpose__in=["", IMPROVE]))


def _people_of(limits: QuerySet[Limit]) -> Held:
    """Persons with all their addresses, and people without an account by the address they gave."""
    found = limits.values_list("person_id", "email")
    persons = frozenset(person for person, _email in found if person)
    emails = {email.lower() for _person, email in found if email}
    if not persons and not emails:
        return NOBODY
    emails |= {one.lower() for one in Account.objects.filter(person__in=persons).values_list("email", flat=True)}
    emails |= {one.lower() for one in EmailProof.objects.filter(person__in=persons).values_list("email", flat=True)}
    return Held(persons, frozenset(emails))


def restricted_members() -> set[int]:
    """Members whose data may only be stored, by the register's keys. On a page of the office: of its association."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT privacy_restricted_members()")
        return {int(number) for (number,) in cursor.fetchall()}


def is_closed(*, purpose: str, person_id: UUID | None, email: str, now: datetime) -> bool:
    """Whether a limit forbids to use somebody's data for a purpose: any restriction of it, or an objection to it."""
    mine = Q(email__iexact=email) if email else Q(pk__in=[])
    owner = Account.objects.filter(email=email.lower()).values_list("person_id", flat=True).first() if email else None
    persons = {one for one in (person_id, owner) if one}
    proven = EmailProof.objects.filter(email__iexact=email).values_list("person_id", flat=True) if email else []
    mine |= Q(person__in=persons | set(proven))
    objected = Q(kind=Limit.Kind.OBJECTION, purpose__in=["", purpose])
    restricted = Q(kind=Limit.Kind.RESTRICTION, purpose__in=["", purpose])
    return live_limits(now=now).filter(mine).filter(objected | restricted).exists()


def may_send_news(*, email: str, organization_id: int | None, now: datetime) -> bool:
    """Whether news of that sender may go to an address: consented, and not limited since."""
    return has_consented(email=email, organization_id=organization_id) and not is_closed(
        purpose=SERVICES, person_id=None, email=email, now=now
    )


def closed_for(purpose: str, *, now: datetime) -> tuple[list[str], list[str]]:
    """Persons and addresses whose data may not be used for a purpose: as `is_closed`, for everybody at once."""
    found = live_limits(now=now).filter(purpose__in=["", purpose])
    limited = list(found.values_list("person_id", "email"))
    persons = {person for person, _email in limited if person}
    emails = {email.lower() for _person, email in limited if email}
    if persons:
        emails |= {one.lower() for one in Account.objects.filter(person__in=persons).values_list("email", flat=True)}
        emails |= {one.lower() for one in EmailProof.objects.filter(person__in=persons).values_list("email", flat=True)}
    if emails:
        persons |= set(Account.objects.filter(email__in=emails).values_list("person_id", flat=True))
        persons |= set(EmailProof.objects.filter(email__in=emails).values_list("person_id", flat=True))
    return sorted(str(one) for one in persons), sorted(emails)
