"""Reads that other rooms need: what was paid, what went back, what is on its way. Amounts in øre."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from conbillet.core import rows

from .ledger import CREDITED
from .models import Dispute, LedgerAccount, LedgerEntry, Payment, ProviderEvent, Refund

Abouts = Collection[str] | QuerySet[Any]  # references, or a subquery that gives them


@dataclass(frozen=True)
class Totals:
    """The money behind a set of orders. `refunded` has left; `refunding` is on its way; `kept` is what stays."""

    captured: int
    card: int
    transfer: int
    door: int
    refunded: int
    refunding: int
    disputed: int
    fees: int

    @property
    def kept(self) -> int:
        return self.captured - self.refunded - self.refunding - self.disputed


def under_way(*, abouts: Abouts) -> tuple[int, int]:
    """What is being refunded, and what is disputed, of the payments of these references. Few rows; two queries."""
    refunding = Refund.objects.filter(payment__about__in=abouts, state=Refund.State.REQUESTED)
    disputed = Dispute.objects.filter(payment__about__in=abouts).exclude(
        Q(status__in=["won", "prevented"]) | Q(status__startswith="warning_")
    )
    return _sum(refunding), _sum(disputed)


def _sum(rows: QuerySet[Any]) -> int:
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def provider_event(event_id: int) -> ProviderEvent:
    """A stored webhook. Raises ProviderEvent.DoesNotExist."""
    found = rows.read("FROM payments_providerevent e WHERE e.id = %s", [event_id], e=ProviderEvent)
    if not found:
        raise ProviderEvent.DoesNotExist(event_id)
    event: ProviderEvent = found[0]
    return event


def note_outcome(*, event: ProviderEvent, outcome: str, now: datetime) -> None:
    """Write down that a webhook was handled, and with what result."""
    rows.execute(
        "UPDATE payments_providerevent SET handled_at = %s, outcome = %s WHERE id = %s", [now, outcome, event.pk]
    )


def note_complete(*, attempt_id: int | None) -> None:
    """Write down that a checkout was paid, if it was by a checkout that somebody paid."""
    if attempt_id is not None:
        rows.execute(
            "UPDATE payments_attempt SET state = 'complete' WHERE id = %s AND state IN ('starting', 'open')",
            [attempt_id],
        )


def payment_of(*, about: str) -> Payment | None:
    """The payment of an order, with its refunds and disputes fetched."""
    return Payment.objects.filter(about=about).prefetch_related("refunds", "disputes").first()


def outside_left(*, payment: Payment) -> int:
    """How much went back in Stripe's own pages and has no credit note yet, in øre. Lock the payment before you act on it."""
    outside = Refund.objects.filter(payment=payment, state=Refund.State.SUCCEEDED, about="")
    credited = LedgerEntry.objects.filter(payment=payment, key__startswith=CREDITED, account=LedgerAccount.RECEIVABLE)
    return max(_sum(outside) + _sum(credited), 0)


def ledger_of(*, about: str) -> QuerySet[LedgerEntry]:
    """Everything booked for an order, oldest first."""
    return LedgerEntry.objects.filter(about=about).order_by("id")
