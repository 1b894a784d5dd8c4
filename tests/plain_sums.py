"""The figures as plain sums over everything that was ever sold, booked and checked in: what the pages must show."""

from collections import Counter, defaultdict
from typing import Any

from django.db.models import Q, QuerySet, Sum

from conbillet.catalogue.models import ADMITTING_KINDS, Event, Product
from conbillet.core.clock import copenhagen_day
from conbillet.organizations.models import Organization
from conbillet.payments.models import Dispute, LedgerAccount, LedgerEntry, Payment, Refund
from conbillet.payments.queries import Totals
from conbillet.sales.figures import Issued, booked_by_account, event_money, issued_between, sold_by_day, sold_by_event
from conbillet.sales.models import Order, OrderLine, Receipt
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.tickets.queries import ProductCount, by_product, people_inside

Sums = dict[Any, tuple[int, int]]


def plainly_sold(event: Event) -> Sums:
    """(units, amount) by day, product and kind; a line that was taken back on the day of its sale is none and nothing."""
    found: defaultdict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for line in OrderLine.objects.filter(order__event=event, order__paid_at__isnull=False).select_related("order"):
        day = copenhagen_day(line.added_at if line.reverses_id else line.order.paid_at)
        found[day, line.product_id, line.kind][0] += -1 if line.reverses_id else 1
        found[day, line.product_id, line.kind][1] += line.amount
    return {key: (units, amount) for key, (units, amount) in found.items()}


def shown_as_sold(event: Event) -> Sums:
    rows = sold_by_day(event_ids=[event.pk])
    assert len({(row.day, row.product_id, row.kind) for row in rows}) == len(rows)
    return {(row.day, row.product_id, row.kind): (row.units, row.amount) for row in rows}


def plain_money(event: Event) -> Totals:
    """The money behind the event's orders, payment by payment."""
    orders = list(Order.objects.filter(event=event).values_list("reference", flat=True))
    payments = Payment.objects.filter(about__in=orders, state=Payment.State.CAPTURED)
    refunds, disputes = Refund.objects.filter(payment__in=payments), Dispute.objects.filter(payment__in=payments)
    moved_no_money = Q(status__in=["won", "prevented"]) | Q(status__startswith="warning_")
    fees = LedgerEntry.objects.filter(payment__in=payments, account=LedgerAccount.PLATFORM_FEE, amount__lt=0)
    return Totals(
        captured=_sum(payments, "captured_amount"),
        card=_sum(payments.filter(method="card"), "captured_amount"),
        transfer=_sum(payments.filter(method="transfer"), "captured_amount"),
        door=_sum(payments.filter(method="door"), "captured_amount"),
        refunded=_sum(refunds.filter(state=Refund.State.SUCCEEDED)),
        refunding=_sum(refunds.filter(state=Refund.State.REQUESTED)),
        disputed=_sum(disputes.exclude(moved_no_money)),
        fees=-_sum(fees),
    )


def _sum(rows: QuerySet[Any], column: str = "amount") -> int:
    return rows.aggregate(sum=Sum(column))["sum"] or 0


def plainly_at_the_door(event: Event) -> tuple[ProductCount, ...]:
    """Every ticket looked at: those that hold, and who is in, by product."""
    found = []
    for product in Product.objects.filter(event=event).order_by("position", "pk"):
        tickets = Ticket.objects.filter(line__product=product, admits=True)
        inside = CheckIn.objects.filter(ticket__in=tickets, undone_at=None).count()
        if holding := tickets.filter(voided_at=None).count():
            found.append(ProductCount(product.name_da, holding, inside))
    return tuple(found)


def plainly_issued(organization: Organization) -> dict[str, tuple[Any, Any]]:
    """Every receipt and credit note looked at, by day."""
    found: dict[str, tuple[Any, Any]] = {}
    receipts = list(Receipt.objects.filter(organization=organization))
    for day in {copenhagen_day(receipt.issued_at) for receipt in receipts}:
        of_day = [receipt for receipt in receipts if copenhagen_day(receipt.issued_at) == day]
        plain = Issued(
            len(of_day),
            sum(receipt.amount for receipt in of_day if receipt.kind == Receipt.Kind.RECEIPT),
            sum(receipt.amount for receipt in of_day if receipt.kind == Receipt.Kind.CREDIT_NOTE),
            sum(receipt.vat_amount for receipt in of_day),
        )
        shown = issued_between(organization_id=organization.pk, first=day, last=day)
        found[f"{organization.slug}: issued on {day}"] = shown, plain
    return found


def differences() -> list[str]:
    """Each figure that is not the plain sum; an empty list is good."""
    pairs: dict[str, tuple[Any, Any]] = {}
    for event in Event.objects.all():
        plain = plainly_sold(event)
        pairs[f"{event.slug}: sold by day"] = shown_as_sold(event), plain
        sums = {event.pk: _totals(plain)} if plain else {}
        shown = sold_by_event(event_ids=[event.pk])
        pairs[f"{event.slug}: sold"] = {key: (one.tickets, one.amount, one.dues) for key, one in shown.items()}, sums
        pairs[f"{event.slug}: money"] = event_money(event=event), plain_money(event)
        inside = CheckIn.objects.filter(event=event, undone_at=None).count()
        pairs[f"{event.slug}: inside"] = people_inside(event=event), inside
        pairs[f"{event.slug}: at the door"] = by_product(event=event), plainly_at_the_door(event)
    for organization in Organization.objects.all():
        pairs |= plainly_issued(organization)
        entries = LedgerEntry.objects.filter(organization=organization)
        by_day: defaultdict[Any, Counter[str]] = defaultdict(Counter)
        for entry in entries:
            by_day[copenhagen_day(entry.posted_at)][entry.account] += entry.amount
        for day, accounts in by_day.items():
            shown = booked_by_account(organization_id=organization.pk, first=day, last=day)
            pairs[f"{organization.slug}: booked on {day}"] = shown, dict(accounts)
        if by_day:
            shown = booked_by_account(organization_id=organization.pk, first=min(by_day), last=max(by_day))
            plain = dict(entries.values_list("account").annotate(sum=Sum("amount")).order_by("account"))
            pairs[f"{organization.slug}: booked"] = shown, plain
    return [f"{name}: shown {shown}, plainly {plain}" for name, (shown, plain) in pairs.items() if shown != plain]


def _totals(sums: Sums) -> tuple[int, int, int]:
    tickets = sum(units for (_day, _product, kind), (units, _amount) in sums.items() if kind in ADMITTING_KINDS)
    dues = sum(amount for (_day, _product, kind), (_units, amount) in sums.items() if kind == "membership")
    return tickets, sum(amount for _units, amount in sums.values()), dues
