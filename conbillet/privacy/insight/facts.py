"""What an insight consists of: frozen facts, without words for people (`report.py` has those)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Row:
    """One row about the subject. `kept_until` is name of a retention rule → the last day, where the rule says it."""

    values: dict[str, Any]
    kept_until: dict[str, date]
    since: datetime | None


@dataclass(frozen=True)
class Thing:
    """All rows of one table about the subject, at one controller. `organization` is None for the platform itself.

    `beyond` marks rows that are about somebody else, in which the subject stands as well.
    """

    table: str
    organization: int | None
    rows: list[Row]
    categories: list[str]
    purposes: list[tuple[str, str, str]]  # clause, article of the GDPR, law
    keeps: list[str]  # names of retention rules
    recipients: list[str]
    omitted: dict[str, str]  # column → why it is not handed out
    beyond: bool = False

    @property
    def since(self) -> datetime | None:
        return min((row.since for row in self.rows if row.since), default=None)


@dataclass(frozen=True)
class Handover:
    """An association was shown the six fields, or those of them that are named."""

    organization: int
    purpose: str
    form: str
    event: str
    fields: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class LookUp:
    """Staff of the platform, or of an association, looked something up. Who it was is nobody's business (CJEU C-579/21)."""

    organization: int | None
    action: str
    purpose: str
    at: datetime


@dataclass(frozen=True)
class Deed:
    """An entry of the log about the subject or their orders. `by` says which side it was."""

    organization: int | None
    action: str
    by: str
    about: str
    at: datetime
    details: dict[str, Any]


@dataclass(frozen=True)
class Child:
    """A child under 15 for whom the subject bought: what they typed, and what became of it."""

    organization: int
    values: dict[str, Any]
    tickets: list[dict[str, Any]]
    dues: list[dict[str, Any]]
    handovers: list[Handover]


@dataclass(frozen=True)
class Association:
    """A controller, and where one asks it. `slug` is its address on ConBillet."""

    name: str
    email: str
    slug: str


@dataclass(frozen=True)
class Insight:
    """What is stored about somebody at `made_at` (UTC)."""

    made_at: datetime
    things: list[Thing]
    children: list[Child]
    handovers: list[Handover]
    look_ups: list[LookUp]
    deeds: list[Deed]
    associations: dict[int, Association] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.things or self.children or self.handovers or self.look_ups or self.deeds)
