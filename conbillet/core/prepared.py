"""Statements that PostgreSQL plans at their first call and keeps.

For the few that run at every check-in, or on every page: planning a join of eight tables takes four times as long as
running it. What goes through Django is prepared too, but only from its fourth call in the same words on the same
connection, and the ORM composes those words anew each time.

    with prepared() as cursor:
        cursor.execute("SELECT … WHERE reference = %s", [reference])

The text must be a constant: each distinct text is kept prepared (psycopg forgets the oldest of a hundred). Row-level
security holds as ever: PostgreSQL plans anew when the role has changed. Poolers that share connections between
transactions (PgBouncer in transaction mode, before 1.21) cannot be used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import psycopg
from django.db import connections, models
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)


class _Cursor(psycopg.Cursor[Any]):
    """Prepares at once; otherwise as Django's own cursor."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        return super().execute(query, params, prepare=True)


@contextmanager
def prepared() -> Iterator[CursorWrapper]:
    """A cursor of Django's connection whose statements are prepared. Counted, logged and wrapped as any other."""
    own = connections["default"]  # looked up once, as each use of `connection` is a look-up
    own.close_if_health_check_failed()
    own.ensure_connection()
    # The same steps as `connection.cursor()`, with another class of cursor.
    with own._prepare_cursor(_Cursor(own.connection)) as cursor:  # type: ignore[attr-defined]
        yield cursor


@cache
def columns(model: type[models.Model], alias: str) -> str:
    """All columns of a model's table, for a SELECT; `made` takes their values."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def made(model: type[Row], values: tuple[Any, ...]) -> Row:
    """An instance of the values of `columns`, as a query of Django's would have given it.

    A row that was read needs none of what `Model.__init__` does for new ones; without it, this takes a fifth of the time.
    """
    row = model.__new__(model)
    row.__dict__.update(zip(_attributes(model), values, strict=True))
    row._state = ModelState()
    row._state.adding, row._state.db = False, "default"
    return row


@cache
def _attributes(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)
