"""Rows of many orders, gathered in memory and written in bulk."""

from dataclasses import dataclass, field
from typing import Any

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
        """Write everything that has gathered, parents first, in bulk inserts."""
        Cart.objects.bulk_create(self.carts)
        parts: tuple[tuple[Any, list[Any]], ...] = (
            (Order, self.orders),
            (Hold, self.holds),
            (HeldUnits, self.units),
            (Participant, self.participants),
            (OrderLine, self.lines),
            (Payment, self.payments),
            (Cancellation, self.cancellations),
            (Member, self.members),
            (Ticket, self.tickets),
            (CheckIn, self.check_ins),
            (HandOut, self.hand_outs),
            (Receipt, self.receipts),
            (LedgerEntry, self.ledger),
            (AuditEntry, self.audit),
        )
        for model, found in parts:
            for item in found:
                _take_ids(item)
            model.objects.bulk_create(found, batch_size=CHUNK)
        for membership, line in zip(self.memberships, self.memberships_of, strict=True):
            membership.source_reference = f"line-{line.pk}"
            _take_ids(membership)
        Membership.objects.bulk_create(self.memberships)
        through = Receipt.lines.through
        through.objects.bulk_create(
            [
                through(receipt_id=receipt.pk, orderline_id=line.pk)
                for receipt, lines in zip(self.receipts, self.receipt_lines, strict=True)
                for line in lines
            ]
        )


def _take_ids(item: object) -> None:
    """A row that was made before its parents had ids takes them now."""
    for column in item._meta.concrete_fields:  # type: ignore[attr-defined]
        if column.is_relation and column.is_cached(item):
            parent = column.get_cached_value(item)
            if parent is not None:
                setattr(item, column.attname, parent.pk)
