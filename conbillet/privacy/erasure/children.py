"""Children without an address of their own: found on their guardian's orders, and deleted without the guardian.

Such a child has neither a person nor an address by which rows could be found. It is known by what a buyer typed: the
buyer's address, a name and a date of birth. In the ledger a keyed hash of these three stands for it, so that a restored
backup can be gone through; it says nothing to whoever lacks our key.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from conbillet.core.clock import age_on, copenhagen_day
from conbillet.core.keys import InstallationKeys
from conbillet.memberships.models import Member, Membership
from conbillet.sales.models import OrderLine, Participant

from ..insight.children import GROWN_UP
from ..reach import Subject, guest


@dataclass(frozen=True)
class AddresslessChild:
    """As the desk chooses among them; `id` says nothing by itself, and so may stand in an address of a page."""

    id: UUID
    name: str
    born: date
    participants: frozenset[int]

    @property
    def subject(self) -> Subject:
        """Whom to erase: these rows, and the register's entries that these very rows' memberships made."""
        return Subject(frozenset(), frozenset(), self.participants, _members(self.participants, self.born), self.id)


def children_on_orders_of(email: str, *, now: datetime) -> list[AddresslessChild]:
    """Children under fifteen without person and address on the orders of whoever has this address, by name."""
    buyer, today = guest(email), copenhagen_day(now)
    found: dict[tuple[str, date], set[int]] = {}
    names: dict[tuple[str, date], str] = {}
    rows = _rows().filter(Q(buyer_address__in=buyer.emails) | Q(order__buyer__in=buyer.persons))
    for pk, name, born in rows.values_list("pk", "name", "birth_date"):
        if born is not None and age_on(born, today) < GROWN_UP:
            found.setdefault((_plain(name), born), set()).add(pk)
            names.setdefault((_plain(name), born), name)
    key = email.strip().lower()
    children = [
        AddresslessChild(_id(key, plain, born), names[plain, born], born, frozenset(pks))
        for (plain, born), pks in found.items()
    ]
    return sorted(children, key=lambda child: (child.name, child.born))


def subjects_of_children(ids: Collection[UUID]) -> dict[UUID, Subject]:
    """For a replay: whom the ledger's ids stand for in this database, of any age; those that are not here any more are
    left out. Goes through every such row."""
    rows: dict[UUID, tuple[set[int], date]] = {}
    for pk, name, born, address in _everybody():
        for one in {_id(address, _plain(name), born)} & set(ids):
            rows.setdefault(one, (set(), born))[0].add(pk)
    return {
        one: Subject(frozenset(), frozenset(), frozenset(pks), _members(frozenset(pks), born), one)
        for one, (pks, born) in rows.items()
    }


def _everybody() -> Iterator[tuple[int, str, date, str]]:
    for pk, name, born, address, account in _rows().values_list(
        "pk", "name", "birth_date", "buyer_address", Lower("order__buyer__account__email")
    ):
        for one in {address, account} - {None, ""}:
            yield pk, name, born, one


def _rows() -> "QuerySet[Participant]":
    rows = Participant.objects.filter(person=None, email="", birth_date__isnull=False).exclude(name="")
    return rows.annotate(buyer_address=Lower("order__buyer_email"))


def _members(participants: Collection[int], born: date) -> frozenset[int]:
    lines = OrderLine.objects.filter(participant__in=participants, kind="membership").values_list("pk", flat=True)
    made = Membership.objects.filter(source_reference__in=[f"line-{pk}" for pk in lines])
    mine = Member.objects.filter(memberships__in=made, person=None, birth_date=born)
    return frozenset(mine.values_list("pk", flat=True))


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _id(email: str, name: str, born: date) -> UUID:
    key = InstallationKeys(settings.CONBILLET_KEYS).key_for("erased-guests")
    text = f"child\n{email}\n{name}\n{born.isoformat()}"
    return UUID(bytes=hmac.new(key, text.encode(), hashlib.sha256).digest()[:16])
