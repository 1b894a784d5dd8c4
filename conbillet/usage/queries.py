"""What the office and the desk are shown of the counts. The floor of `stretches.py` stands in every way out of here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from conbillet.catalogue.models import Event
from conbillet.core.clock import copenhagen_day

from .models import ShopCount, SiteCount
from .steps import FIELDS, FUNNEL, REASONS, Step
from .stretches import Stretch, mean_by_day, stretches, within

DAYS = 90
# A day is shown from six in the morning after it: until then, counts of its last minutes may still be on their way.
SETTLED = timedelta(hours=6)
Row = tuple[str, str, str, date, int]  # step or page, detail, language, day, times


@dataclass(frozen=True)
class Shown:
    """One figure: how often in all, and by language of the page. 0 also where there was too little to show."""

    name: str
    label: Any
    times: int
    by_language: dict[str, int]


@dataclass(frozen=True)
class Use:
    """The use of one event's pages in the last 90 days that are over. `steps` in the order of the way to a ticket."""

    first: date
    last: date
    steps: Sequence[Shown]
    ends: Sequence[Shown]
    refusals: Sequence[Shown]
    faults: Sequence[Shown]
    days: Sequence[date]
    by_day: dict[str, list[float]]

    @property
    def is_empty(self) -> bool:
        return not any(one.times for one in (*self.steps, *self.ends, *self.refusals, *self.faults))


@dataclass(frozen=True)
class SiteUse:
    """The use of ConBillet's own pages in the last 90 days that are over."""

    first: date
    last: date
    pages: Sequence[Shown]
    days: Sequence[date]
    by_day: dict[str, list[float]]


def last_shown_day(now: datetime) -> date:
    """The newest day of which counts are shown."""
    return copenhagen_day(now - SETTLED) - timedelta(days=1)


def event_use(*, event: Event, now: datetime) -> Use:
    """The use of an event's pages; one query, which grows with the days and not with the visitors."""
    first, last = _window(now)
    counts = ShopCount.objects.filter(organization_id=event.organization_id, event=event, day__gte=first.replace(day=1), day__lte=last)
    found = _shown_stretches(counts.values_list("step", "detail", "language", "day", "times"), first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Use(
        first,
        last,
        steps=[_sum(found, step.value, "", step.label) for step in FUNNEL],
        ends=[_sum(found, step.value, "", step.label) for step in (Step.GAVE_UP, Step.LEFT)],
        refusals=_largest(_sum(found, Step.REFUSED, name, label) for name, label in REASONS.items()),
        faults=_largest(_sum(found, Step.FAULT, name, label) for name, label in FIELDS.items()),
        days=days,
        by_day={step.value: _by_day(found, step.value, days) for step in (Step.EVENT, Step.CHECKOUT, Step.ORDER)},
    )


def site_use(*, now: datetime) -> SiteUse:
    """The use of ConBillet's own pages."""
    first, last = _window(now)
    counts = SiteCount.objects.filter(day__gte=first.replace(day=1), day__lte=last)
    rows = [(page, "", language, day, times) for page, language, day, times in counts.values_list("page", "language", "day", "times")]
    found = _shown_stretches(rows, first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    pages = SiteCount._meta.get_field("page").flatchoices
    return SiteUse(
        first,
        last,
        pages=[_sum(found, name, "", label) for name, label in pages],
        days=days,
        by_day={name: _by_day(found, name, days) for name, _label in pages},
    )


Found = dict[tuple[str, str, str], list[Stretch]]


def _window(now: datetime) -> tuple[date, date]:
    last = last_shown_day(now)
    return last - timedelta(days=DAYS - 1), last


def _shown_stretches(rows: Iterable[Row], first: date, last: date) -> Found:
    """The stretches of each step, detail and language: the smallest things that are shown. Read from the first of a month."""
    by_day: defaultdict[tuple[str, str, str], dict[date, int]] = defaultdict(dict)
    for step, detail, language, day, times in rows:
        by_day[step, detail, language][day] = times
    return {key: within(stretches(counts, until=last), first=first) for key, counts in by_day.items()}


def _sum(found: Found, step: str, detail: str, label: Any) -> Shown:
    by_language = {
        language: times
        for (of_step, of_detail, language), parts in sorted(found.items())
        if (of_step, of_detail) == (step, detail) and (times := sum(part.times for part in parts))
    }
    return Shown(detail or str(step), label, sum(by_language.values()), by_language)


def _largest(figures: Iterable[Shown]) -> list[Shown]:
    return sorted((one for one in figures if one.times), key=lambda one: -one.times)


def _by_day(found: Found, step: str, days: list[date]) -> list[float]:
    parts = [stretch for (of_step, _detail, _language), list_ in found.items() if of_step == step for stretch in list_]
    return mean_by_day(parts, days)
