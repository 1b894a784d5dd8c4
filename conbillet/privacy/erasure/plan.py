"""What an erasure would do, row by row, from the data map alone: nothing here changes anything.

The same plan is shown as a preview, carried out, and written on the receipt; so the three cannot differ.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from conbillet.accounts.models import Person
from conbillet.core.data_map import Column, Table, data_map
from conbillet.organizations.models import Organization
from conbillet.sales.models import Order, Participant

from ..models import ErasureLine
from ..reach import Subject, reached
from .beyond import beyond
from .keeping import Kept, reasons

Outcome = ErasureLine.Outcome
Model = type[models.Model]


# An authority's request stays as it is, and the person is not told of it before its time has come: not here, either.
NOT_SAID = {
    "privacy_authoritycase": models.Q(told_at=None),
    "privacy_authoritysubject": models.Q(case__told_at=None),
    "privacy_authoritysilence": models.Q(case__told_at=None),
}


class Line(NamedTuple):
    """One kind of data and what happens to it; `organization` is None for what the platform itself holds."""

    organization: int | None
    table: str
    category: str
    outcome: str
    law: str = ""
    until: date | None = None


@dataclass
class Plan:
    """`blanks` and `links` are model → column → row keys; `deletes` are model → row keys; `lines` count rows."""

    subject: Subject
    blanks: dict[Model, dict[str, set[Any]]] = field(default_factory=dict)
    links: dict[Model, dict[str, set[Any]]] = field(default_factory=dict)
    deletes: dict[Model, set[Any]] = field(default_factory=dict)
    lines: Counter[Line] = field(default_factory=Counter)
    rows: dict[str, dict[Any, int | None]] = field(default_factory=dict)  # table → row key → association
    more: dict[str, set[Any]] = field(default_factory=dict)  # table → row keys that only `beyond` found

    def keys_of(self, model: Model) -> set[Any]:
        """The subject's rows in a table, whatever happens to them."""
        return set(self.rows.get(model._meta.db_table, ()))

    @property
    def is_empty(self) -> bool:
        return not self.lines


def plan_of(subject: Subject, *, now: datetime) -> Plan:
    """Everything that is about the subject, with what is to happen to it."""
    plan = Plan(subject)
    tables = data_map.load().tables
    for table, rows in reached(subject):
        _add_rows(plan, table, rows.exclude(NOT_SAID[table.name]) if table.name in NOT_SAID else rows, now)
    for more in beyond(orders=plan.keys_of(Order), participants=plan.keys_of(Participant), emails=subject.emails):
        table = tables[more.table]
        model = model_of(table)
        others = more.pks - plan.keys_of(model) - plan.more.get(table.name, set())
        plan.more.setdefault(table.name, set()).update(others)
        if others:
            _add_rows(plan, table, model._default_manager.filter(pk__in=others), now, only=more.columns)
    for table in tables.values():
        _add_links(plan, table)
    return plan


def _add_rows(
    plan: Plan, table: Table, rows: models.QuerySet[Any], now: datetime, *, only: frozenset[str] | None = None
) -> None:
    model = model_of(table)
    columns = [column for column in table.columns.values() if only is None or column.name in only]
    read = [column.name for column in columns if column.kind != "technical" and _how(column) not in {"", "destroy_key"}]
    owner = _owner(model)
    names = ["pk", *([owner] if owner else []), *(model._meta.get_field(name).attname for name in read)]  # type: ignore[union-attr]  # of a column
    found = list(rows.order_by().values(*names))
    if not found:
        return
    where = {row["pk"]: row[owner] if owner else None for row in found}
    if only is None:
        plan.rows.setdefault(table.name, {}).update(where)
    if any(_how(column) == "delete_row" and column.kind != "link" for column in columns) or _goes_with_subject(table):
        plan.deletes.setdefault(model, set()).update(where)
        for pk in where:
            plan.lines[Line(where[pk], table.name, _first_category(table), Outcome.DELETED)] += 1
        return
    for category, mine in _by_category(columns).items():
        counted: dict[Any, Line] = {}
        for column in mine:
            for pk, line in _one_column(plan, model, table, column, category, found, where, now):
                if pk not in counted or line.outcome == Outcome.KEPT:
                    counted[pk] = line
        plan.lines.update(counted.values())


def _one_column(
    plan: Plan, model: Model, table: Table, column: Column, category: str, found: Any, where: Any, now: datetime
) -> Iterable[tuple[Any, Line]]:
    """What happens to one column of the rows: noted in the plan, and said row by row for the receipt."""
    how = _how(column)
    if how == "destroy_key":
        yield from ((pk, Line(where[pk], table.name, category, Outcome.KEY_DESTROYED)) for pk in where)
        return
    if column.kind == "link" and how != "expires":
        return
    model_field: Any = model._meta.get_field(column.name)
    filled = {row["pk"] for row in found if row[model_field.attname] not in (None, "", model_field.get_default())}
    present = {row["pk"] for row in found if row[model_field.attname] not in (None, "")}
    kept: dict[Any, Kept | None] = reasons(table.name, column, present, now=now)
    for pk in present:
        reason = kept.get(pk)
        if reason is not None:
            if pk in filled:
                yield pk, Line(where[pk], table.name, category, Outcome.KEPT, reason.law, reason.until)
            continue
        plan.blanks.setdefault(model, {}).setdefault(column.name, set()).add(pk)
        if pk in filled:
            yield pk, Line(where[pk], table.name, category, Outcome.BLANKED)


def _add_links(plan: Plan, table: Table) -> None:
    """Every column that points at the person, also on rows that are about somebody else."""
    if not plan.subject.persons or "*" in table.columns:
        return
    model = model_of(table)
    owner = _owner(model)
    for column in table.columns.values():
        model_field: Any = None if column.kind != "link" else model._meta.get_field(column.name)
        if model_field is None or model_field.related_model is not Person or model is Person:
            continue
        rows = model._default_manager.filter(**{f"{column.name}__in": plan.subject.persons})
        for row in rows.values("pk", *([owner] if owner else [])):
            pk, organization = row["pk"], row[owner] if owner else None
            if pk in plan.deletes.get(model, ()):
                continue
            if _how(column) == "delete_row":
                plan.deletes.setdefault(model, set()).add(pk)
                plan.lines[Line(organization, table.name, "user.link", Outcome.DELETED)] += 1
            else:
                plan.links.setdefault(model, {}).setdefault(column.name, set()).add(pk)
                plan.lines[Line(organization, table.name, "user.link", Outcome.UNLINKED)] += 1


def model_of(table: Table) -> Model:
    """The model behind a declared table."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table.name:
            return model
    raise LookupError(f"no model has the table {table.name}")


def _how(column: Column) -> str:
    return column.erase.how if column.erase else ""


def _goes_with_subject(table: Table) -> bool:
    """A row whose way to the person is itself deleted with them, such as a role."""
    first = table.columns.get(table.subject.split(".", 1)[0]) if table.subject else None
    return first is not None and first.kind == "link" and _how(first) == "delete_row"


def _first_category(table: Table) -> str:
    return next((column.category for column in table.columns.values() if column.category), "user.link")


def _by_category(columns: Iterable[Column]) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for column in columns:
        if column.kind != "technical" and column.erase is not None:
            found.setdefault(column.category or "user.link", []).append(column)
    return found


def _owner(model: Model) -> str:
    """The column with the association, "" where a table belongs to the platform."""
    names = {model_field.name: model_field for model_field in model._meta.concrete_fields}
    found = names.get("organization")
    return "organization_id" if found is not None and found.related_model is Organization else ""
