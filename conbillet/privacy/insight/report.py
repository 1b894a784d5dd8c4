"""An insight as people read it: one part for the platform and one for each association, in the reader's language.

The same report makes the page, the HTML and the PDF of the package; the JSON is made from the insight itself.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from conbillet.core.data_map import data_map
from conbillet.core.formats import format_day, format_moment, format_money

from ..actions.look_up import PURPOSES as STATED_PURPOSES
from ..erasure.plan import model_of
from ..erasure.words import OTHER_THING, THINGS
from ..models import Disclosure
from .deeds import BY, LOOK_UPS, deed_word
from .facts import Association, Child, Handover, Insight, Row, Thing
from .words import (
    BASES,
    BEYOND,
    FROM_PURCHASE,
    LANGUAGES,
    MORE_THINGS,
    OMITTED,
    PERIODS,
    PURPOSES,
    RECIPIENTS,
    SOURCES,
    column_word,
)

Pairs = list[tuple[str, str]]
_MONEY = {"amount", "vat_amount", "dues_amount", "captured_amount", "refunded_amount"}
# In the JSON for machines; nobody reads these.
_NOT_READ = {
    "html", "text_hash", "position", "currency", "dues_separate", "channel", "vat_code", "municipality_source", "data", "digest",
    "cell_gender", "cell_band", "cell_municipality", "reason_code",
}  # fmt: skip
_NOT_READ_OF = {
    "mail_outgoingmail": {"kind", "state", "language"},
    "privacy_insightpackage": {"state", "progress", "language"},
    "privacy_erasure": {"scope"},
}
# In the order in which people look for them.
_ORDER = {table: place for place, table in enumerate(SOURCES)}
# These sentences say already who it was.
_SAYS_WHO = ("insight_", "correction_", "case_", "certificate_", "guardian_", "disclosed_", "account_", "profile_")


@dataclass(frozen=True)
class Entry:
    """One kind of information: what, why, from where, to whom, how long, and the rows themselves."""

    title: str
    purposes: list[str]
    source: str
    recipients: list[str]
    periods: list[str]
    omitted: list[str]
    since: str
    rows: list[Pairs]


@dataclass(frozen=True)
class Part:
    """What one controller holds. `association` is None for the platform itself."""

    association: Association | None
    entries: list[Entry]
    handovers: Pairs  # when, what: to whom it was handed over
    look_ups: Pairs
    deeds: Pairs

    @property
    def name(self) -> str:
        return self.association.name if self.association else ""


def parts_of(insight: Insight, language: str) -> list[Part]:
    """The platform first, then the associations by name."""
    by_name = sorted(insight.associations, key=lambda pk: insight.associations[pk].name.casefold())
    things = sorted(insight.things, key=lambda thing: (thing.beyond, _ORDER.get(thing.table, len(_ORDER))))
    found = []
    for organization in [None, *by_name]:
        part = Part(
            insight.associations[organization] if organization else None,
            [
                *(_entry(thing, language) for thing in things if thing.organization == organization),
                *_children([child for child in insight.children if child.organization == organization], language),
            ],
            [_handover(one, language) for one in insight.handovers if one.organization == organization],
            [
                (format_moment(one.at, language), _look_up(one.action, one.purpose))
                for one in insight.look_ups
                if one.organization == organization
            ],
            [
                (format_moment(one.at, language), _deed(one, language))
                for one in insight.deeds
                if one.organization == organization
            ],
        )
        if organization is None or part.entries or part.handovers or part.look_ups or part.deeds:
            found.append(part)
    return found


def _entry(thing: Thing, language: str) -> Entry:
    return Entry(
        title=title_of(thing),
        purposes=purpose_texts(thing.purposes),
        source=str(SOURCES.get(thing.table, "")),
        recipients=[str(RECIPIENTS.get(name, name)) for name in thing.recipients],
        periods=[_period(name, thing, language) for name in thing.keeps],
        omitted=[f"{column_word(name)}: {OMITTED.get(why, why)}" for name, why in thing.omitted.items()],
        since=format_day(thing.since, language) if thing.since else "",
        rows=[pairs for row in thing.rows if (pairs := _pairs(thing.table, row, language))],
    )


def title_of(thing: Thing) -> str:
    if thing.beyond:
        return str(BEYOND[thing.table])
    return str(MORE_THINGS.get(thing.table) or THINGS.get(thing.table, OTHER_THING))


def purpose_texts(purposes: list[tuple[str, str, str]]) -> list[str]:
    """Why: for each legal basis what it is used for."""
    by_basis: dict[tuple[str, str], list[str]] = {}
    for clause, article, law in purposes:
        by_basis.setdefault((article, law), []).append(str(PURPOSES.get(clause, clause)))
    return [
        f"{'; '.join(names)} ({BASES.get(article, '')}{f', {law}' if law else ''}; GDPR {article})"
        for (article, law), names in by_basis.items()
    ]


def _period(name: str, thing: Thing, language: str) -> str:
    """The rule, with the last day of its last row where that is known."""
    text = str(PERIODS.get(name, name))
    days = [row.kept_until[name] for row in thing.rows if name in row.kept_until]
    if not days:
        return text
    return _("%(period)s: until %(day)s") % {"period": text, "day": format_day(max(days), language)}


def _pairs(table: str, row: Row, language: str) -> Pairs:
    told = [
        (column_word(name), shown(table, name, value, language))
        for name, value in row.values.items()
        if name not in _NOT_READ and name not in _NOT_READ_OF.get(table, ())
    ]
    days = set(row.kept_until.values())
    if told and days:
        told.append((_("Kept until"), " / ".join(format_day(day, language) for day in sorted(days))))
    return told


def _children(children: list[Child], language: str) -> list[Entry]:
    if not children:
        return []
    rows = []
    for child in children:
        told = [
            (column_word(name), shown("sales_participant", name, value, language))
            for name, value in child.values.items()
        ]
        told += [(_("Ticket"), shown("tickets_ticket", "", one, language)) for one in child.tickets]
        told += [(_("Dues"), shown("memberships_membership", "", one, language)) for one in child.dues]
        told += [_handover(one, language) for one in child.handovers]
        rows.append(told)
    return [
        Entry(
            title=_("Children under 15 whom you bought for"),
            purposes=purpose_texts([("use.purchases", "6(1)(b)", "")]),
            source=str(FROM_PURCHASE),
            recipients=[str(RECIPIENTS["association"])],
            periods=[str(PERIODS["accounting"])],
            omitted=[],
            since="",
            rows=rows,
        )
    ]


def _handover(one: Handover, language: str) -> tuple[str, str]:
    purposes = dict(Disclosure.Purpose.choices)
    fields = dict.fromkeys(column_word(name).lower() for name in one.fields)
    text = _("Given to the association %(why)s: %(fields)s") % {
        "why": purposes.get(one.purpose, one.purpose), "fields": ", ".join(fields),
    }  # fmt: skip
    return format_moment(one.at, language), f"{text} ({one.event})" if one.event else text


def _look_up(action: str, purpose: str) -> str:
    said = str(LOOK_UPS.get(action) or action.replace("_", " "))
    why = STATED_PURPOSES.get(purpose) or PURPOSES.get(purpose, purpose)
    return f"{said[:1].upper()}{said[1:]}" + (f": {why}" if why else "")


def _deed(deed: Any, language: str) -> str:
    details = [
        f"{column_word(name).lower()}: {shown('core_auditentry', name, value, language)}"
        for name, value in deed.details.items()
        if value not in (None, "", [], {})
    ]
    about = f" {deed.about}" if deed.about else ""
    who = "" if deed.action.startswith(_SAYS_WHO) else f", {BY.get(deed.by, deed.by)}"
    text = f"{deed_word(deed.action)}{about}{who}"
    return f"{text} ({'; '.join(details)})" if details else text


def shown(table: str, name: str, value: Any, language: str) -> str:
    """A value as text: choices by their labels, amounts in kroner, days and moments as one writes them, lists by their parts."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int) and name in _MONEY:
        return format_money(value, language=language)
    if isinstance(value, datetime):
        return format_moment(value, language)
    if isinstance(value, date):
        return format_day(value, language)
    if isinstance(value, dict):
        inner = [(key, one) for key, one in value.items() if one not in (None, "")]
        return "; ".join(f"{column_word(key)}: {shown(table, key, one, language)}" for key, one in inner)
    if isinstance(value, list | tuple):
        return ", ".join(
            column_word(one) if name in {"fields", "changed"} else shown(table, name, one, language) for one in value
        )
    return _label(table, name, str(value))


def _label(table: str, name: str, value: str) -> str:
    """What a code is called, where the column is one of codes."""
    if name == "language":
        return str(LANGUAGES.get(value, value))
    return str(_choices(table, name).get(value, value))


@cache
def _choices(table: str, name: str) -> dict[Any, Any]:
    declared = data_map.load().tables.get(table)
    try:
        return dict(model_of(declared)._meta.get_field(name).flatchoices) if declared else {}  # type: ignore[union-attr]  # these fields have it
    except (FieldDoesNotExist, AttributeError):
        return {}
