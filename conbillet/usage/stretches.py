"""What may be shown of the counts: whole stretches of days, each with at least `FLOOR`, and sums of these, and nothing else.

Openings are not persons. But on a day with one visitor they would be: whoever knows who that was could read what that one
did. So days follow each other into a *stretch* until it holds `FLOOR`; only then it is shown, as one number. A stretch
never reaches into another month, and what is left at a month's end stays hidden.

Everything shown is a sum of such stretches, so subtracting one figure from another gives whole stretches again. That holds
over time as well, because a stretch that was shown never changes: only days that are over are looked at (`last_shown_day`),
counts that come later are given up (`counter.py`), and what is deleted goes by whole months (`forget_counts`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FLOOR = 5


@dataclass(frozen=True)
class Stretch:
    """So many times on these days, both included."""

    first: date
    last: date
    times: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def stretches(by_day: Mapping[date, int], *, until: date, floor: int = FLOOR) -> list[Stretch]:
    """The stretches of one count; `until` is the last day that may be looked at."""
    found, first, times = [], None, 0
    for day in sorted(day for day in by_day if day <= until):
        if first is not None and (first.year, first.month) != (day.year, day.month):
            first, times = None, 0  # the rest of that month stays hidden
        first, times = first or day, times + by_day[day]
        if times >= floor:
            found.append(Stretch(first, day, times))
            first, times = None, 0
    return found


def within(found: list[Stretch], *, first: date) -> list[Stretch]:
    """Those that begin on or after a day: a stretch is in or out as a whole."""
    return [stretch for stretch in found if stretch.first >= first]


def mean_by_day(found: list[Stretch], days: list[date]) -> list[float]:
    """A value for each day, for drawing: the mean of its stretch. It ends where the last stretch does: what is not shown
    yet is not drawn as nothing."""
    values = dict.fromkeys(days, 0.0)
    for stretch in found:
        for back in range(stretch.days):
            day = stretch.last - timedelta(days=back)
            if day in values:
                values[day] += stretch.times / stretch.days
    ends = max((stretch.last for stretch in found), default=date.min)
    return [round(values[day], 1) for day in days if day <= ends]
