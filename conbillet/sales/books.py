"""What bookkeeping needs of a buyer, and until when (bogføringsloven § 12; retention rule `accounting`).

Vouchers are kept for five years from the end of the association's accounting year. One below 3,000 kr. needs no buyer's
name, so an erasure empties it there at once; an order that was never paid is no voucher at all.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from conbillet.core.clock import copenhagen_day
from conbillet.organizations.accounting import accounting_year_of
from conbillet.organizations.models import Organization

from .models import Receipt

YEARS = 5
NAME_NEEDED_FROM = 300_000  # øre


def kept_until(*, organization: Organization, day: date) -> date:
    """The last day on which a voucher of that day is kept."""
    last = accounting_year_of(organization=organization, day=day).last
    return _years_later(last, YEARS)


def names_of_receipts(pks: Collection[int]) -> dict[int, date | None]:
    """For each receipt until when its buyer's name must be kept; None where it need not."""
    receipts = Receipt.objects.filter(pk__in=pks).select_related("organization")
    return {receipt.pk: _of_receipts([receipt]) for receipt in receipts}


def names_of_orders(pks: Collection[int]) -> dict[int, date | None]:
    """For each order until when its buyer's name and address must be kept; None where they need not."""
    found: dict[int, date | None] = dict.fromkeys(pks)
    receipts = Receipt.objects.filter(order__in=pks).select_related("organization").order_by("order_id")
    for order, mine in groupby(receipts, key=attrgetter("order_id")):
        found[order] = _of_receipts(mine)
    return found


def _of_receipts(receipts: Iterable[Receipt]) -> date | None:
    days = [
        kept_until(organization=receipt.organization, day=copenhagen_day(receipt.issued_at))
        for receipt in receipts
        if abs(receipt.amount) >= NAME_NEEDED_FROM
    ]
    return max(days, default=None)


def _years_later(day: date, years: int) -> date:
    """The end of a month stays the end of that month: 28 February becomes 29 February in a leap year."""
    try:
        same = day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
    ends_month = (day + timedelta(days=1)).day == 1
    following = same + timedelta(days=1)
    return following if ends_month and following.day != 1 else same
