"""Tickets sold by days before the first day, beside an earlier event at the same distance from its own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from conbillet.catalogue.models import ADMITTING_KINDS, Event
from conbillet.sales.figures import Sold

LONGEST_CURVE = 365


@dataclass(frozen=True)
class Chart:
    """What a chart tag takes: labels, and series as (name, values)."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]
    unit: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(any(values) for _name, values in self.series)


def sold_until(rows: Sequence[Sold], day: date) -> int:
    """Tickets sold up to and on a day."""
    return sum(row.units for row in rows if row.kind in ADMITTING_KINDS and row.day <= day)


def sales_curve(event: Event, mine: Sequence[Sold], before: Event | None, theirs: Sequence[Sold], today: date) -> Chart:
    """Tickets sold so far, by days before the first day; last time's event beside it."""
    ours, last = _by_days_left(mine, event.starts_on), _by_days_left(theirs, before.starts_on) if before else {}
    longest = min(max([*ours, *last, 1]), LONGEST_CURVE)
    days = range(longest, -1, -1)
    reached = [left for left in days if left >= (event.starts_on - today).days]
    series = [(event.name, _running(ours, reached, longest))]
    if before and last:
        series.append((before.name, _running(last, days, longest)))
    return Chart(_("Tickets sold, by days before the first day"), [str(left) for left in days], series)


def _by_days_left(rows: Sequence[Sold], starts_on: date) -> dict[int, int]:
    found: Counter[int] = Counter()
    for row in rows:
        if row.kind in ADMITTING_KINDS:
            found[(starts_on - row.day).days] += row.units
    return found


def _running(found: dict[int, int], days: Sequence[int], longest: int) -> list[int]:
    """Running sums; what was sold before the longest day shown is in the first, so that the last is the whole."""
    total, sums = sum(units for left, units in found.items() if left > longest), []
    for left in days:
        total += found.get(left, 0)
        sums.append(total)
    return sums
