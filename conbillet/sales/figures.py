"""Figures of sales: by day, product and event. Money in øre, days in Copenhagen. They cost the same after 200,000 tickets.

What was paid, taken back, booked and issued is added up by day (`SoldOnDay`, `BookedOnDay`, `ReceiptsOnDay`) by `actions/fold_figures.py`, once a
minute, and marked as `counted`; whoever reads adds what is not counted yet, in the same statement, so that the answer is
the plain sum at any moment. A sale writes nothing for this and waits for nothing.

Lines count on the day on which they were paid for, reversals (negative) on the day on which they were made.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum

from conbillet.catalogue.models import Event
from conbillet.payments.models import LedgerAccount
from conbillet.payments.queries import Totals, under_way

from .models import Order


@dataclass(frozen=True)
class Sold:
    """What was sold of one product on one day, less what was taken back on that day."""

    event_id: int
    day: date
    product_id: int | None
    kind: str
    units: int
    amount: int


@dataclass(frozen=True)
class EventSales:
    """Everything sold for one event. `dues` are part of `amount`."""

    tickets: int
    amount: int
    dues: int


@dataclass(frozen=True)
class Issued:
    """What an association's receipts and credit notes add up to."""

    count: int
    sold: int
    returned: int
    vat: int


@dataclass(frozen=True)
class Awaiting:
    """Orders that are not paid yet, by how they are to be paid."""

    method: str
    orders: int
    amount: int


# What a paid order, a reversal and a posting add, of whatever rows stand in for {rows}: `fold_figures` takes those that
# it has just marked, the reading below those that are not marked.
PAID = """
SELECT o.organization_id, o.event_id, (o.paid_at AT TIME ZONE 'Europe/Copenhagen')::date AS day, l.product_id, l.kind, 1 AS units, l.amount
  FROM {rows} o JOIN sales_orderline l ON l.order_id = o.id AND l.reverses_id IS NULL
"""
TAKEN_BACK = """
SELECT l.organization_id, o.event_id, (l.added_at AT TIME ZONE 'Europe/Copenhagen')::date AS day, l.product_id, l.kind, -1 AS units, l.amount
  FROM {rows} l JOIN sales_order o ON o.id = l.order_id
"""
BOOKED = """
SELECT e.organization_id, o.event_id, (e.posted_at AT TIME ZONE 'Europe/Copenhagen')::date AS day,
       e.account, split_part(e.key, ':', 1) AS happening, e.amount
  FROM {rows} e LEFT JOIN sales_order o ON o.reference = e.about
"""
ISSUED = """
SELECT r.organization_id, (r.issued_at AT TIME ZONE 'Europe/Copenhagen')::date AS day, r.kind, 1 AS vouchers, r.amount, r.vat_amount
  FROM {rows} r
"""
_SOLD = f"""
SELECT organization_id, event_id, day, product_id, kind, units, amount FROM sales_soldonday WHERE event_id = ANY(%(events)s)
 UNION ALL {PAID.format(rows="sales_order")} WHERE o.event_id = ANY(%(events)s) AND o.paid_at IS NOT NULL AND NOT o.counted
 UNION ALL {TAKEN_BACK.format(rows="sales_orderline")}
 WHERE l.reverses_id IS NOT NULL AND NOT l.counted AND o.event_id = ANY(%(events)s) AND o.paid_at IS NOT NULL
"""  # noqa: S608  our own text
_BY_DAY = f"SELECT event_id, day, product_id, kind, sum(units), sum(amount)::bigint FROM ({_SOLD}) AS sold GROUP BY 1, 2, 3, 4"  # noqa: S608
_BY_EVENT = f"""
SELECT event_id, sum(units) FILTER (WHERE kind IN ('ticket', 'day_ticket')), sum(amount)::bigint, (sum(amount) FILTER (WHERE kind = 'membership'))::bigint
  FROM ({_SOLD}) AS sold GROUP BY 1
"""  # noqa: S608
# By product, for the statements of floors above; its parameter is `events`.
UNITS_OF_EVENT = f"SELECT product_id, sum(units) AS units FROM ({_SOLD}) AS sold GROUP BY 1"  # noqa: S608
_BY_ACCOUNT = f"""
SELECT account, sum(amount)::bigint FROM (
    SELECT account, amount FROM sales_bookedonday WHERE organization_id = %(organization)s AND day BETWEEN %(first)s AND %(last)s
     UNION ALL SELECT account, amount FROM ({BOOKED.format(rows="payments_ledgerentry")}
     WHERE e.organization_id = %(organization)s AND NOT e.counted) AS fresh WHERE day BETWEEN %(first)s AND %(last)s
) AS booked GROUP BY 1
"""  # noqa: S608
_BY_HAPPENING = f"""
SELECT account, happening, sum(amount)::bigint FROM (
    SELECT account, happening, amount FROM sales_bookedonday WHERE event_id = %(event)s
     UNION ALL SELECT account, happening, amount FROM ({BOOKED.format(rows="payments_ledgerentry")}
     WHERE e.organization_id = %(organization)s AND NOT e.counted AND o.event_id = %(event)s) AS fresh
) AS booked GROUP BY 1, 2
"""  # noqa: S608
_ISSUED = f"""
SELECT kind, sum(vouchers)::bigint, sum(amount)::bigint, sum(vat_amount)::bigint FROM (
    SELECT kind, vouchers, amount, vat_amount FROM sales_receiptsonday
     WHERE organization_id = %(organization)s AND day BETWEEN %(first)s AND %(last)s
     UNION ALL SELECT kind, vouchers, amount, vat_amount FROM ({ISSUED.format(rows="sales_receipt")}
     WHERE r.organization_id = %(organization)s AND NOT r.counted) AS fresh WHERE day BETWEEN %(first)s AND %(last)s
) AS issued GROUP BY 1
"""  # noqa: S608
_MONEY = {"card": LedgerAccount.PROVIDER, "transfer": LedgerAccount.BANK, "door": LedgerAccount.TILL}


def sold_by_day(*, event_ids: Collection[int]) -> list[Sold]:
    """What these events sold by day and product, in one statement; a row for each day and product that moved."""
    return [Sold(*row) for row in _all(_BY_DAY, events=list(event_ids))]


def sold_by_event(*, event_ids: Collection[int]) -> dict[int, EventSales]:
    """Totals of these events, in one statement; events that have sold nothing are missing."""
    rows = _all(_BY_EVENT, events=list(event_ids))
    return {event: EventSales(tickets or 0, amount or 0, dues or 0) for event, tickets, amount, dues in rows}


def booked_by_account(*, organization_id: int, first: date, last: date) -> dict[str, int]:
    """What an association booked on each account on these days, both included; income is negative."""
    return dict(_all(_BY_ACCOUNT, organization=organization_id, first=first, last=last))


def issued_between(*, organization_id: int, first: date, last: date) -> Issued:
    """The receipts and credit notes of these days, both included, in one statement; a credit note's amounts are negative."""
    found = {kind: sums for kind, *sums in _all(_ISSUED, organization=organization_id, first=first, last=last)}
    sold, returned = found.get("receipt", (0, 0, 0)), found.get("credit_note", (0, 0, 0))
    return Issued(sold[0] + returned[0], sold[1], returned[1], sold[2] + returned[2])


def event_money(*, event: Event) -> Totals:
    """The money behind the orders of an event: what `totals` over all of them would find."""
    booked = {
        (account, happening): amount
        for account, happening, amount in _all(_BY_HAPPENING, event=event.pk, organization=event.organization_id)
    }
    taken = {method: booked.get((account, "capture"), 0) for method, account in _MONEY.items()}
    back = (booked.get((LedgerAccount.RECEIVABLE, happening), 0) for happening in ("refund-paid", "refund-returned"))
    refunding, disputed = under_way(abouts=Order.objects.filter(event=event).values("reference"))
    return Totals(
        captured=sum(taken.values()),
        **taken,
        refunded=sum(back),
        refunding=refunding,
        disputed=disputed,
        fees=-booked.get((LedgerAccount.PLATFORM_FEE, "capture"), 0),
    )


def _all(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def awaiting_payment(*, organization_id: int, event_id: int | None = None) -> list[Awaiting]:
    """Unpaid orders whose places are still kept, by method."""
    orders = Order.objects.filter(organization_id=organization_id, state=Order.State.AWAITING_PAYMENT)
    if event_id is not None:
        orders = orders.filter(event_id=event_id)
    rows = orders.values_list("method").annotate(orders=Count("id"), amount=Sum("amount")).order_by("method")
    return [Awaiting(*row) for row in rows]


def transfers_due(*, organization_id: int, before: datetime, event_id: int | None = None) -> int:
    """How many unpaid transfers run out before an instant."""
    due = Q(organization_id=organization_id, state=Order.State.AWAITING_PAYMENT, method=Order.Method.TRANSFER, pay_by_at__lt=before)
    if event_id is not None:
        due &= Q(event_id=event_id)
    return Order.objects.filter(due).count()
