"""A plan or a receipt as people read it: holder by holder, what goes and what stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from conbillet.organizations.models import Organization

from ..models import Erasure, ErasureLine
from .plan import Line
from .words import LAWS, OTHER_THING, PARTS, THINGS

Outcome = ErasureLine.Outcome
_ORDER = [Outcome.DELETED, Outcome.BLANKED, Outcome.KEY_DESTROYED, Outcome.UNLINKED, Outcome.KEPT]


@dataclass
class Row:
    """One kind of thing, and which parts of it share the same fate. `count` is how many of them."""

    thing: str
    outcome: str
    outcome_label: str
    count: int = 0
    parts: list[str] = field(default_factory=list)
    law: str = ""
    until: date | None = None


@dataclass
class Holder:
    """Who holds it; `name` is empty for ConBillet itself."""

    name: str
    gone: list[Row] = field(default_factory=list)
    kept: list[Row] = field(default_factory=list)


class _Key(NamedTuple):
    organization: int | None
    table: str
    outcome: str
    law: str
    until: date | None


def summary(lines: Mapping[Line, int]) -> list[Holder]:
    """ConBillet first, then the associations by name."""
    names = dict(
        Organization.objects.filter(pk__in={line.organization for line in lines if line.organization}).values_list(
            "pk", "name"
        )
    )
    rows: dict[_Key, Row] = {}
    ordered = sorted(lines.items(), key=lambda item: (_ORDER.index(Outcome(item[0].outcome)), str(item[0])))
    for line, count in ordered:
        key = _Key(line.organization, line.table, line.outcome, line.law, line.until)
        row = rows.setdefault(key, _row(line))
        row.count = max(row.count, count)
        part = PARTS.get(line.category)
        if part is not None and line.outcome != Outcome.DELETED and str(part) not in row.parts:
            row.parts.append(str(part))
    holders: dict[int | None, Holder] = {}
    for key, row in rows.items():
        holder = holders.setdefault(key.organization, Holder(names.get(key.organization or 0, "")))
        (holder.kept if row.outcome == Outcome.KEPT else holder.gone).append(row)
    return sorted(holders.values(), key=lambda holder: holder.name.casefold())


def lines_of(erasure: Erasure) -> dict[Line, int]:
    """The lines of a receipt, as a plan has them."""
    return {
        Line(one.organization_id, one.table, one.category, one.outcome, one.law, one.until): one.count
        for one in erasure.lines.all()
    }


def last_day(lines: Iterable[Line]) -> date | None:
    """When the last of what is kept goes; None when nothing is."""
    return max((line.until for line in lines if line.until), default=None)


def _row(line: Line) -> Row:
    return Row(
        thing=str(THINGS.get(line.table, OTHER_THING)),
        outcome=line.outcome,
        outcome_label=str(Outcome(line.outcome).label),
        law=str(LAWS.get(line.law, line.law)),
        until=line.until,
    )
