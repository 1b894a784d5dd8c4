"""Writing rows cheaply: several tables in one statement.

A purchase writes a dozen rows in ten tables. One INSERT each through the ORM costs more than all the rest of the sale.
`insert` writes model instances as they are; inside `gathered()` everything that any room inserts or updates is collected
and sent as one statement when the block ends. Foreign keys are checked at commit, so parents and children can travel
together; ids are taken from the tables' sequences in blocks.

    with gathered():
        issue_tickets(...)      # each calls insert(...)
        queue_mail(...)
"""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.db import connection, models

_BLOCK = 32  # ids taken at a time; what a process has not used when it ends is a harmless gap
_ids: dict[tuple[str, str], deque[int]] = {}
_ids_lock = threading.Lock()

Statement = tuple[str, list[Any]]
_open: ContextVar["_Gathering | None"] = ContextVar("conbillet_gathering", default=None)


class _Gathering:
    def __init__(self) -> None:
        self.rows: dict[tuple[type[models.Model], str], list[models.Model]] = {}
        self.statements: list[Statement] = []
        self.calls: list[Statement] = []

    def send(self) -> None:
        parts, values = [], []
        for (model, on_conflict), rows in self.rows.items():
            sql, params = _insert_statement(model, rows, on_conflict)
            parts.append(sql)
            values += params
        for sql, params in self.statements:
            parts.append(sql)
            values += params
        calls = ", ".join(sql for sql, _params in self.calls) or "1"
        for _sql, params in self.calls:
            values += params
        if parts:
            named = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(parts))
            _execute(f"WITH {named} SELECT {calls}", values)
        elif self.calls:
            _execute(f"SELECT {calls}", values)


@contextmanager
def gathered() -> Iterator[None]:
    """Collect what is written inside, and send it as one statement at the end; nothing is sent after an exception.

    Reads inside the block do not see what it writes. Blocks do not nest: an inner one joins the outer one.
    """
    if _open.get() is not None:
        yield
        return
    gathering = _Gathering()
    token = _open.set(gathering)
    try:
        yield
    finally:
        _open.reset(token)
    gathering.send()


def insert(rows: Sequence[models.Model], *, on_conflict: str = "") -> None:
    """Insert instances of one model and give them their ids. `on_conflict` is `ON CONFLICT … DO NOTHING`, or nothing.

    Children may point at parents that are inserted in the same block and have no id yet before this call.
    """
    if not rows:
        return
    model = type(rows[0])
    for row in rows:
        _prepare(row)
    gathering = _open.get()
    if gathering is None:
        sql, params = _insert_statement(model, rows, on_conflict)
        _execute(sql, params)
    else:
        gathering.rows.setdefault((model, on_conflict), []).extend(rows)
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def execute(sql: str, params: list[Any]) -> None:
    """Run an UPDATE or DELETE whose answer nobody needs; inside `gathered()` it travels with the rest.

    Within one block a row may be written once only: the parts of one statement do not see each other.
    """
    gathering = _open.get()
    if gathering is None:
        _execute(sql, params)
    else:
        gathering.statements.append((sql, params))


def call(sql: str, params: list[Any]) -> None:
    """Call a database function for its effect; inside `gathered()` it travels with the rest."""
    gathering = _open.get()
    if gathering is None:
        _execute(f"SELECT {sql}", params)
    else:
        gathering.calls.append((sql, params))


def _execute(sql: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[models.Field, str, str, str], ...]:  # type: ignore[type-arg]
    """(field, attribute, quoted column, type) for each column of the table."""
    return tuple(
        (
            field,
            field.attname,
            f'"{field.column}"',
            field.rel_db_type(connection) if field.is_relation else field.db_type(connection) or "text",
        )
        for field in model._meta.concrete_fields
    )


@cache
def _insert_sql(model: type[models.Model], on_conflict: str) -> str:
    columns = _columns(model)
    names = ", ".join(name for _field, _attribute, name, _type in columns)
    # varchar(n) as text: the column itself holds the length.
    arrays = ", ".join(
        f"%s::{'text' if kind.startswith('varchar') else kind}[]" for _field, _attribute, _name, kind in columns
    )
    return f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT * FROM unnest({arrays}) {on_conflict}'  # noqa: S608  names of our own tables


def _insert_statement(model: type[models.Model], rows: Sequence[models.Model], on_conflict: str) -> Statement:
    params: list[Any] = []
    for field, attribute, _name, _type in _columns(model):
        params.append([field.get_db_prep_save(getattr(row, attribute), connection) for row in rows])
    return _insert_sql(model, on_conflict), params


@cache
def _relations(model: type[models.Model]) -> tuple[models.Field, ...]:  # type: ignore[type-arg]
    return tuple(field for field in model._meta.concrete_fields if field.is_relation)


def _prepare(row: models.Model) -> None:
    """The row's own id, and the ids of parents that were made before they had one."""
    if row.pk is None:
        row.pk = next_id(type(row))
    for field in _relations(type(row)):
        if getattr(row, field.attname) is None and field.is_cached(row):
            parent = field.get_cached_value(row)
            if parent is not None:
                setattr(row, field.attname, parent.pk)


def next_id(model: type[models.Model]) -> int:
    """An id of the table's own sequence, from a block that this process holds."""
    table = model._meta.db_table
    key = (str(connection.settings_dict["NAME"]), table)
    with _ids_lock:
        block = _ids.setdefault(key, deque())
        if block:
            return block.popleft()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [f'"{table}"', _BLOCK]
        )
        fresh = [int(number) for (number,) in cursor.fetchall()]
    with _ids_lock:
        block.extend(fresh[1:])
    return fresh[0]
