"""Rows of many orders, gathered in memory and written in bulk."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conbillet.core import rows
from conbillet.core.models import AuditEntry
from conbillet.memberships.models import Member, Membership
from conbillet.payments.models import LedgerEntry, Payment
from conbillet.sales.models import Cancellation, Cart, HeldUnits, Hold, Order, OrderLine, Participant, Receipt
from conbillet.tickets.models import CheckIn, HandOut, Ticket

CHUNK = 2000


@dataclass
class Rows:
    """Everything that is to be written, in the order in which it must be."""

    carts: list[Cart] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    units: list[HeldUnits] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    lines: list[OrderLine] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    cancellations: list[Cancellation] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    memberships_of: list[OrderLine] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    hand_outs: list[HandOut] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    receipt_lines: list[list[OrderLine]] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)

    def write(self) -> None:
        """Write everything that has gathered: one statement a table, parents first.

        The ledger in one, too: the database adds up the sides of a transaction at the end of each statement.
        """
        parts: tuple[list[Any], ...] = (
            self.carts,
            self.orders,
            self.holds,
            self.units,
            self.participants,
            self.lines,
            self.payments,
            self.cancellations,
            self.members,
            self.tickets,
            self.check_ins,
            self.hand_outs,
            self.receipts,
            self.ledger,
            self.audit,
        )
        for found in parts:
            rows.insert(found)
        for membership, line in zip(self.memberships, self.memberships_of, strict=True):
            membership.source_reference = f"line-{line.pk}"
        rows.insert(self.memberships)
        through = Receipt.lines.through
        rows.insert(
            [
                through(receipt_id=receipt.pk, orderline_id=line.pk)
                for receipt, lines in zip(self.receipts, self.receipt_lines, strict=True)
                for line in lines
            ]
        )


def new_member(person: Participant, number: int, at: datetime) -> Member:
    """Somebody's entry in the association's register."""
    return Member(
        organization_id=person.organization_id,
        member_no=str(number),
        name=person.name,
        email=person.email,
        birth_date=person.birth_date,
        gender=person.gender,
        street=person.street,
        postcode=person.postcode,
        city=person.city,
        created_at=at,
    )
