"""The ledger of an accounting year as rows for a bookkeeping system: one for each side of each transaction.

ConBillet is a sales sub-ledger: an association maps the few accounts here to its own chart of accounts. Rows hold no
names of buyers; the receipt's number leads to them.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conbillet.core.clock import copenhagen_day
from conbillet.core.references import pretty
from conbillet.core.spreadsheets import Amount, kroner
from conbillet.payments.ledger import CREDITED
from conbillet.payments.models import LedgerAccount, LedgerEntry, Refund
from conbillet.sales.models import Order, Receipt

from .refunds import CREDIT_NOTE

CHUNK = 1000
# The first word of a ledger key says what happened.
HAPPENINGS = {
    "capture": gettext_lazy("Paid"),
    "fees": gettext_lazy("Fees kept back"),
    "refund": gettext_lazy("Refund asked for"),
    "refund-paid": gettext_lazy("Money sent back"),
    "credited": gettext_lazy("Credited what was sent back in Stripe’s own pages"),
    "refund-returned": gettext_lazy("Refund came back from the bank"),
    "dispute": gettext_lazy("Disputed by the buyer's bank"),
    "dispute-won": gettext_lazy("Dispute won"),
}


def journal_rows(*, organization_id: int, begins_at: datetime, ends_at: datetime) -> Iterator[list[object]]:
    """The heading, then every entry from an instant to another (exclusive), oldest first; few queries for each thousand."""
    yield [
        _("Date"), _("Receipt"), _("Transaction"), _("What happened"), _("Account"), _("Name of account"), _("Debit"),
        _("Credit"), _("Currency"), _("Order number"), _("Event"),
    ]  # fmt: skip
    entries = LedgerEntry.objects.filter(
        organization_id=organization_id, posted_at__gte=begins_at, posted_at__lt=ends_at
    ).order_by("posted_at", "id")
    fresh = entries.iterator(chunk_size=CHUNK)
    while chunk := list(islice(fresh, CHUNK)):
        yield from _rows(organization_id, chunk)


def _rows(organization_id: int, chunk: list[LedgerEntry]) -> Iterator[list[object]]:
    orders = {entry.about for entry in chunk}
    events = dict(Order.objects.filter(organization_id=organization_id, reference__in=orders).values_list("reference", "event__name"))
    receipts = _receipts(organization_id, chunk, orders)
    for entry in chunk:
        happening = entry.key.partition(":")[0]
        yield [
            copenhagen_day(entry.posted_at),
            receipts.get(entry.key, ""),
            str(entry.transaction),
            str(HAPPENINGS.get(happening, happening)),
            entry.account,
            str(LedgerAccount(entry.account).label),
            Amount(kroner(entry.amount) if entry.amount > 0 else ""),
            Amount(kroner(-entry.amount) if entry.amount < 0 else ""),
            entry.currency,
            pretty(entry.about),
            events.get(entry.about, ""),
        ]


def _receipts(organization_id: int, chunk: list[LedgerEntry], orders: set[str]) -> dict[str, int]:
    """The number of the receipt or credit note behind each key in the ledger that has one."""
    found: dict[str, int] = {}
    sold = Receipt.objects.filter(organization_id=organization_id, order__reference__in=orders, kind=Receipt.Kind.RECEIPT)
    by_order = dict(sold.values_list("order__reference", "number"))
    refunds = {
        entry.key: entry.key.partition(":")[2] for entry in chunk if entry.key.startswith(("refund:", "refund-paid:", "refund-returned:"))
    }
    abouts = {
        str(key): about.removeprefix(CREDIT_NOTE)
        for key, about in Refund.objects.filter(
            organization_id=organization_id, key__in=set(refunds.values()), about__startswith=CREDIT_NOTE
        ).values_list("key", "about")
    }
    outside = f"{CREDITED}{CREDIT_NOTE}"
    abouts |= {entry.key: entry.key.removeprefix(outside) for entry in chunk if entry.key.startswith(outside)}
    numbers = {
        str(pk): number
        for pk, number in Receipt.objects.filter(organization_id=organization_id, pk__in=abouts.values()).values_list("pk", "number")
    }
    for entry in chunk:
        number = numbers.get(abouts.get(refunds.get(entry.key, entry.key), ""))
        if entry.key.startswith("capture:"):
            number = by_order.get(entry.about)
        if number is not None:
            found[entry.key] = number
    return found
