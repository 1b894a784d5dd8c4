"""Hand-written statements, each in one round trip and in few steps.

For the few that run at every sale, at every check-in, or on every page. PostgreSQL plans them at their first call and
keeps the plan: planning a join of eight tables takes four times as long as running it. (What goes through Django's cursors
is kept, too, but only from its fifth call in the same words on the same connection, and the ORM composes those words anew
each time.)

    for name, amount in fetch("SELECT … WHERE reference = %s", [reference]): …
    changed = run("UPDATE … WHERE id = %s", [number])

The text must be a constant: each distinct text is kept prepared (psycopg forgets the oldest of a hundred). Row-level
security holds as ever: PostgreSQL plans anew when the role has changed. They are counted, logged and wrapped as any other
statement. Poolers that share connections between transactions (PgBouncer in transaction mode, before 1.21) cannot be used.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connections, models
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    found: list[tuple[Any, ...]] = _ask(sql, params, True).fetchall()
    return found


def fetch_one(sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row of a query; None when there is none."""
    found: tuple[Any, ...] | None = _ask(sql, params, True).fetchone()
    return found


def run(sql: str, params: Sequence[Any] = (), *, keep: bool = True) -> int:
    """How many rows the statement has written. Without `keep` its plan is kept from the fifth call on only."""
    return int(_ask(sql, params, keep).rowcount)


def _ask(sql: str, params: Sequence[Any], keep: bool) -> Any:
    return connections["default"].ask(sql, params, keep=keep)  # type: ignore[attr-defined]  # our own engine has it


@cache
def columns(model: type[models.Model], alias: str) -> str:
    """All columns of a model's table, for a SELECT; `made` takes their values."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def made(model: type[Row], values: tuple[Any, ...]) -> Row:
    """An instance of the values of `columns`, as a query of Django's would have given it.

    A row that was read needs none of what `Model.__init__` does for new ones; without it, this takes a fifth of the time.
    """
    return instance(model, dict(zip(_attributes(model), values, strict=True)))


def instance(model: type[Row], values: dict[str, Any]) -> Row:
    """An instance of a row that is in the table, of its values by attribute."""
    row = model.__new__(model)
    row.__dict__.update(values)
    row._state = ModelState()
    row._state.adding, row._state.db = False, "default"
    return row


@cache
def _attributes(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)
