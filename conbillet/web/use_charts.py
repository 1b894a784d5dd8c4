"""Counts of use as charts, for the office and the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from conbillet.usage.queries import Shown

from .charts import plain_number


@dataclass(frozen=True)
class ByDay:
    """What the tag `line_chart` takes."""

    labels: Sequence[str]
    series: Sequence[tuple[Any, Sequence[float]]]

    @property
    def is_empty(self) -> bool:
        return not any(any(values) for _name, values in self.series)


def by_day(days: Sequence[date], series: Sequence[tuple[Any, Sequence[float]]]) -> ByDay:
    """A chart of days; those before anything was counted are left out, so that a new event has no long empty beginning."""
    starts = (next((place for place, value in enumerate(values) if value), len(days)) for _name, values in series)
    begins = min(starts, default=len(days))
    begins = max(0, min(begins, len(days) - 14))
    return ByDay([short_day(day) for day in days[begins:]], [(name, values[begins:]) for name, values in series])


def short_day(day: date) -> str:
    return f"{day.day}/{day.month}" if get_language() == "en" else f"{day.day}.{day.month}."


def languages_of(figure: Shown) -> str:
    """`Danish 1,204 · English 31`; nothing where there is one language only."""
    names = dict(settings.LANGUAGES)
    shown = [f"{names[language]} {plain_number(times)}" for language, times in figure.by_language.items()]
    return " · ".join(shown) if len(shown) > 1 else ""
