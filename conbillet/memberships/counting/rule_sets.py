"""The rule sets: versioned data with a source, shipped in `rule_sets.toml`."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

LAST_DAY = (12, 31)
_FILE = Path(__file__).parent / "rule_sets.toml"


class NoRuleSet(Exception):
    """There is no such rule set, or none that is valid for that year."""


@dataclass(frozen=True)
class RuleSet:
    """What a grant body asks of a member to count. Amounts in øre; None, False and empty: not asked for."""

    key: str
    name_da: str
    name_en: str
    valid_from: date
    source_da: str
    source_en: str
    youngest: int | None = None  # age on that day, inclusive
    oldest: int | None = None  # likewise
    age_on: tuple[int, int] = LAST_DAY  # (month, day) of the counting year
    resident_in_denmark: bool = False
    municipalities: frozenset[str] = frozenset()  # only residents of these (four-digit codes)
    least_dues: int = 0  # what must have been paid, net of refunds
    separate_line: bool = True  # dues that were part of another price are none
    personal_payer: bool = False  # paid by the member, a parent, a step-parent or a guardian
    payers: frozenset[str] = frozenset()  # or by one of these; empty: by anybody
    paid_within_year: bool = False  # by the Copenhagen day on which the money was paid
    months: int = 0  # consecutive months of membership within the year
    member_on_last_day: bool = False  # being a member on 31 December will do instead
    joined_before: tuple[int, int] | None = None  # (month, day): who joined on that day or later counts next year only
    warn_period_crosses_year: bool = False  # counts, but the grant body may refuse the period
    refuse_period_crosses_year: bool = False  # the whole period must lie within one calendar year
    once_per_person: bool = False  # two entries of one name and date of birth count once

    @property
    def version(self) -> str:
        """Names the rules a count was made by: `duf/2016-05-29`."""
        return f"{self.key}/{self.valid_from.isoformat()}"

    @classmethod
    def from_data(cls, values: Mapping[str, Any]) -> "RuleSet":
        """The rules that a count was made by, from what was kept with it."""
        return _rule_set({**values, "valid_from": date.fromisoformat(values["valid_from"])})

    def as_data(self) -> dict[str, Any]:
        """Everything that is asked, as JSON: kept with a count, so that it can be read without this file."""
        values = asdict(self)
        values["valid_from"] = self.valid_from.isoformat()
        values["municipalities"], values["payers"] = sorted(self.municipalities), sorted(self.payers)
        return values

    def name(self, language: str | None) -> str:
        """In that language; the Danish name where there is no other."""
        return (self.name_en if language == "en" else "") or self.name_da

    def source(self, language: str | None) -> str:
        return (self.source_en if language == "en" else "") or self.source_da


def rule_set(key: str, *, year: int) -> RuleSet:
    """The newest version of a rule set that is valid on 31 December of the counting year. Raises NoRuleSet."""
    return newest_of(shipped(), key, year=year)


def newest_of(versions: Iterable[RuleSet], key: str, *, year: int) -> RuleSet:
    """The version of a key that is valid on 31 December of the year. Raises NoRuleSet."""
    valid = [one for one in versions if one.key == key and one.valid_from <= date(year, 12, 31)]
    if not valid:
        raise NoRuleSet(f"there are no rules {key!r} for {year}")
    return max(valid, key=lambda one: one.valid_from)


def keys() -> tuple[str, ...]:
    """The shipped rule sets, in the file's order."""
    return tuple(dict.fromkeys(one.key for one in shipped()))


@cache
def shipped() -> tuple[RuleSet, ...]:
    """Every version of every rule set in the file."""
    with _FILE.open("rb") as file:
        entries = tomllib.load(file)["rule_set"]
    return tuple(_rule_set(entry) for entry in entries)


def _rule_set(entry: Mapping[str, Any]) -> RuleSet:
    values = dict(entry)
    for name in ("municipalities", "payers"):
        values[name] = frozenset(values.get(name) or ())
    for name in ("joined_before", "age_on"):
        if values.get(name):
            values[name] = tuple(values[name])
    return RuleSet(**values)
