"""What the pages read: the newest edition of each table, never how many people it counts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from conbillet.core.clock import copenhagen_day

from .models import PublicPage, TableEdition, TableKind
from .safety import LEAST_OFFICE, LEAST_PUBLIC
from .tables import BANDS

Shown = dict[str, dict[str, int]]  # by part and cell


@dataclass
class Statistics:
    """What is shown of one event, or of the members of one year. Empty tables mean: not enough people yet."""

    ages: Shown = field(default_factory=dict)  # by age band and gender
    places: dict[str, int] = field(default_factory=dict)  # by municipality's code
    times: dict[str, int] = field(default_factory=dict)
    products: dict[int, int] = field(default_factory=dict)
    taken_on: date | None = None

    @property
    def is_empty(self) -> bool:
        return not (any(self.ages.values()) or self.places or self.times or self.products)


def event_statistics(*, organization_id: int, public: bool) -> Mapping[int, Statistics]:
    """By event, in one statement; events of which nothing was looked at are missing."""
    found: dict[int, Statistics] = defaultdict(Statistics)
    for event_id, _year, table, part, shown, taken_at in _newest(organization_id, public, members=False):
        _put(found[event_id], table, part, shown, taken_at)
    return found


def member_statistics(*, organization_id: int, public: bool) -> Mapping[int, Statistics]:
    """By year, in one statement."""
    found: dict[int, Statistics] = defaultdict(Statistics)
    for _event_id, year, table, part, shown, taken_at in _newest(organization_id, public, members=True):
        _put(found[year], table, part, shown, taken_at)
    return found


def is_public(*, organization_id: int) -> bool:
    """Whether the association shows its statistics to everybody."""
    return PublicPage.objects.filter(organization=organization_id, is_on=True).exists()


def _newest(
    organization_id: int, public: bool, *, members: bool
) -> list[tuple[Any, ...]]:
    editions = TableEdition.objects.filter(
        organization=organization_id, least=LEAST_PUBLIC if public else LEAST_OFFICE, event__isnull=members
    )
    of = ("year" if members else "event", "table", "part")
    newest = editions.order_by(*of, "-taken_at", "-pk").distinct(*of)
    return list(newest.values_list("event_id", "year", "table", "part", "shown", "taken_at"))


def _put(found: Statistics, table: str, part: str, shown: dict[str, int], taken_at: datetime) -> None:
    day = copenhagen_day(taken_at)
    found.taken_on = max(found.taken_on or day, day)
    if table == TableKind.PLACE:
        found.places = shown
    elif table == TableKind.TIMES:
        found.times = shown
    elif table == TableKind.PRODUCT:
        found.products.update({int(part): number for number in shown.values()})
    elif part:
        found.ages[part] = shown
    else:  # the public table of all ages
        for cell, number in shown.items():
            band, gender = cell.split("|")
            found.ages.setdefault(band, {})[gender] = number
    found.ages = {band: found.ages[band] for band in BANDS if band in found.ages}
