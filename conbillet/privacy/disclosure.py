"""What an association is handed about people, and from whom it was: the values that pass the one door, and its trace."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from hashlib import md5
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from conbillet.memberships.models import Member
from conbillet.sales.models import Order, Participant

from .models import DisclosedPerson, Disclosure
from .reach import Subject


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class SixFields:
    """All that an association may receive about a person (promise `disclose.organization`)."""

    name: str
    address: Address
    email: str
    gender: str
    birth_date: date | None
    postcode: str


SIX = tuple(field.name for field in fields(SixFields))


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """What the association holds itself of the same sale. `amount` in øre, for the lines that are still worth something.

    `things` are the texts of those lines, `tickets` their tickets' references. `inside_at`: when the person was first
    let in, or None.
    """

    order: str
    ordered_by: str
    paid_at: datetime | None
    method: str
    things: Sequence[str]
    tickets: Sequence[str]
    amount: int
    inside_at: datetime | None


@dataclass(frozen=True, slots=True)
class Handed:
    """One person of a hand-over."""

    id: int
    kind: str  # of `Attendee.Kind`
    six: SixFields
    own: OwnRecord


@dataclass(frozen=True)
class Handover:
    """A hand-over that was written down, and what the very same statement read: nobody is in it who is not in the record.

    `rows` are what it read, still in the driver's memory; they can be gone through once.
    """

    organization_id: int
    rows: Iterator[Sequence[tuple[Any, ...]]]

    def people(self) -> Iterator[Handed]:
        """Those who were disclosed, in the list's order. Needs the role and a transaction of the office."""
        for portion in self.rows:
            own = _own_records(self.organization_id, {row[0] for row in portion})
            for (
                order,
                participant,
                number,
                kind,
                name,
                street,
                city,
                country,
                email,
                gender,
                born,
                postcode,
                *_,
            ) in portion:
                six = SixFields(name, Address(street, city, country), email, gender, born, postcode)
                yield Handed(number, kind, six, own.record_of(order, participant))


# The order in which `Handover.people` takes the columns of a row.
COLUMNS = (
    "order_id", "participant_id", "id", "kind", "name", "street", "city", "country", "email", "gender", "birth_date",
    "postcode",
)  # fmt: skip


@dataclass(frozen=True)
class _Own:
    orders: dict[int, tuple[Any, ...]]
    lines: dict[tuple[int, int | None], tuple[Any, ...]]

    def record_of(self, order: int, participant: int | None) -> OwnRecord:
        things, tickets, amount, inside_at = self.lines.get((order, participant), ((), (), 0, None))
        reference, ordered_by, paid_at, method = self.orders[order]
        return OwnRecord(reference, ordered_by, paid_at, method, things, tickets, amount, inside_at)


_OWN_ORDERS = """
SELECT id, reference, buyer_name, paid_at, method FROM sales_order WHERE organization_id = %s AND id = ANY (%s)
"""
_OWN_LINES = """
SELECT l.order_id, l.participant_id, array_agg(l.text ORDER BY l.position),
       COALESCE(array_agg(t.reference ORDER BY l.position) FILTER (WHERE t.id IS NOT NULL), '{}'),
       sum(l.amount)::bigint, min(c.at)
FROM sales_orderline l
LEFT JOIN sales_orderline r ON r.reverses_id = l.id
LEFT JOIN tickets_ticket t ON t.line_id = l.id
LEFT JOIN tickets_checkin c ON c.ticket_id = t.id AND c.undone_at IS NULL
WHERE l.organization_id = %s AND l.order_id = ANY (%s) AND l.reverses_id IS NULL AND r.id IS NULL AND t.voided_at IS NULL
GROUP BY l.order_id, l.participant_id
"""


def _own_records(organization_id: int, orders: Iterable[int]) -> _Own:
    ids = list(orders)
    with connection.cursor() as cursor:
        cursor.execute(_OWN_ORDERS, [organization_id, ids])
        heads = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_OWN_LINES, [organization_id, ids])
        lines = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
    return _Own(heads, lines)


# --- Whom a hand-over was about ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Told:
    """One hand-over of a person's data, for their insight. `fields` are some of `SIX`."""

    organization_id: int
    event_id: int | None
    purpose: str
    form: str
    fields: Sequence[str]
    policy_version: str
    at: datetime


def subject_ids(subject: Subject) -> set[UUID]:
    """The ids under which somebody stands in hand-overs: their person's, and the stand-ins of rows that have none."""
    found = set(subject.persons)
    for model, word, path, email in (
        (Participant, "participant", "person", "email"),
        (Order, "order", "buyer", "buyer_email"),
        (Member, "member", "person", "email"),
    ):
        # A purchase that found its person later was written down before under its stand-in.
        mine = Q(**{f"{path}__in": subject.persons})
        for address in subject.emails:
            mine |= Q(**{f"{path}__isnull": True, f"{email}__iexact": address})
        rows = model._default_manager.filter(mine).values_list("pk", flat=True)
        found |= {stand_in(word, int(number)) for number in rows}
    return found


def stand_in(word: str, number: int) -> UUID:
    """The id of a row that no person is linked to, as the view `privacy_attendee` makes it. A name, not a secret: once the
    row's values are erased, it leads to an empty row."""
    return UUID(md5(f"conbillet {word} {number}".encode(), usedforsecurity=False).hexdigest())


def disclosures_about(subject: Subject) -> list[Told]:
    """Every hand-over that somebody was part of, the newest first."""
    about = DisclosedPerson.objects.filter(subject_id__in=subject_ids(subject)).values("disclosure")
    return [
        Told(
            row.organization_id, row.event_id, row.purpose, row.form, row.fields.split(","), row.policy_version, row.at
        )
        for row in Disclosure.objects.filter(pk__in=about).order_by("-at", "-pk")
    ]
