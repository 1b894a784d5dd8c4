"""What an authority can be given about somebody: chosen categories of the data map, between two days, and no more.

Secrets of an account (the map's `omitted`) are never among them, nor what staff wrote.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import QuerySet

from conbillet.accounts.models import Person
from conbillet.core.clock import day_start
from conbillet.core.data_map import Column, Table, data_map

from .reach import Subject, reached

# The instant that a row is about, by the first of these names that its model has.
_INSTANTS = ("at", "placed_at", "created_at", "accepted_at", "issued_at", "given_at", "proven_at", "enrolled_at")


def categories_that_can_be_asked_for() -> list[str]:
    """Categories of all columns that are handed out at all."""
    columns = (column for table in data_map.load().tables.values() for column in table.columns.values())
    return sorted({column.category for column in columns if column.category and _is_handed_out(column)})


def contents(
    *, subject: Subject, categories: Iterable[str], from_date: date | None, to_date: date | None
) -> dict[str, list[dict[str, Any]]]:
    """Table → rows with the wanted columns only; empty tables and empty values are left out.

    Days are Copenhagen days, both included. A row without an instant of its own (a profile) has no day, and is given.
    """
    wanted, found = set(categories), {}
    for table, rows in reached(subject):
        columns = [
            name for name, column in table.columns.items() if column.category in wanted and _is_handed_out(column)
        ]
        if not columns:
            continue
        rows = _between(rows, from_date, to_date)
        values = [{name: row[name] for name in columns if row[name] not in (None, "")} for row in _read(rows, columns)]
        if kept := [value for value in values if value]:
            found[table.name] = kept
    return found


def _read(rows: QuerySet[models.Model], columns: list[str]) -> Iterable[dict[str, Any]]:
    """The wanted columns; what is sealed (`readable` of its model) is opened."""
    opened: dict[str, str] = getattr(rows.model, "readable", {})
    if not opened:
        return rows.values(*columns)
    return [{name: getattr(row, opened.get(name, name)) for name in columns} for row in rows.select_related("chat")]


def _is_handed_out(column: Column) -> bool:
    return column.kind in {"personal", "freetext"} and column.export is not None and column.export.how == "plain"


def _between(rows: QuerySet[models.Model], from_date: date | None, to_date: date | None) -> QuerySet[models.Model]:
    names = {field.name for field in rows.model._meta.concrete_fields}
    instant = next((name for name in _INSTANTS if name in names), None)
    if instant is None or rows.model is Person:
        return rows
    if from_date:
        rows = rows.filter(**{f"{instant}__gte": day_start(from_date)})
    if to_date:
        rows = rows.filter(**{f"{instant}__lt": day_start(date.fromordinal(to_date.toordinal() + 1))})
    return rows


def tables_of(categories: Iterable[str]) -> list[Table]:
    """Where these categories are kept, for the page that asks for approval."""
    wanted = set(categories)
    return [t for t in data_map.load().tables.values() if any(c.category in wanted for c in t.columns.values())]
