"""Reading and writing rows cheaply, where a sale is made.

A purchase writes two dozen rows in fifteen tables. One INSERT each through the ORM costs more than all the rest of the
sale. `insert` writes model instances as they are, as one JSON text a table; inside `gathered()` everything that any room
inserts or updates is collected and sent as one statement when the block ends. Foreign keys are checked at commit, so
parents and children can travel together; ids are taken from the tables' sequences in blocks.

    with gathered():
        issue_tickets(...)      # each calls insert(...)
        queue_mail(...)

`read` turns a hand-written query into model instances; compiling one through the ORM takes longer than running it. Both
are for the few verbs of the sale: everything else is written with the ORM.
"""

import json
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.db import connections, models

from .prepared import Row, columns, fetch, instance, made, run

_BLOCK = 200  # ids taken at a time; what a process has not used when it ends is a harmless gap
_ids: dict[tuple[str, type[models.Model]], deque[int]] = {}
_ids_lock = threading.Lock()
_NEXT_IDS = """
    SELECT nextval(sequence.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) AS sequence,
        generate_series(1, %s)
"""

Statement = tuple[str, list[Any]]
Values = dict[str, Any]  # of one row, by attribute
_open: ContextVar["_Gathering | None"] = ContextVar("conbillet_gathering", default=None)


class ConditionFailed(Exception):
    """The condition of a gathered block did not hold; nothing of it was written."""


class _Gathering:
    def __init__(self, condition: Statement | None = None) -> None:
        self.condition = condition
        self.rows: dict[tuple[type[models.Model], str], list[models.Model | Values]] = {}
        self.statements: list[Statement] = []
        self.numbered: list[tuple[Statement, Statement]] = []
        self.calls: list[Statement] = []

    def send(self) -> None:
        only_if = "WHERE EXISTS (SELECT FROM condition)" if self.condition else ""
        parts = [("condition", self.condition)] if self.condition else []
        inserts = [_insert_statement(model, rows, only_if, end) for (model, end), rows in self.rows.items()]
        parts += [(f"w{place}", part) for place, part in enumerate([*inserts, *self.statements])]
        for place, (number, insert) in enumerate(self.numbered):
            parts += [(f"n{place}", number), (f"r{place}", (insert[0].format(number=f"n{place}"), insert[1]))]
        calls = [*([("(SELECT count(*) FROM condition)", [])] if self.condition else []), *self.calls]
        if not parts and not calls:
            return
        named = ", ".join(f"{name} AS ({sql})" for name, (sql, _params) in parts)
        sql = f"{f'WITH {named} ' if parts else ''}SELECT {', '.join(call for call, _params in calls) or '1'}"
        values = [value for _name, (_sql, params) in parts for value in params]
        values += [value for _call, params in calls for value in params]
        if self.condition is None:
            _execute(sql, values)
        elif fetch(sql, values)[0][0] == 0:
            raise ConditionFailed


@contextmanager
def gathered(condition: Statement | None = None) -> Iterator[None]:
    """Collect what is written inside, and send it as one statement at the end; nothing is sent after an exception.

    Reads inside the block do not see what it writes. Blocks do not nest: an inner one joins the outer one. With a
    `condition`, a statement that returns a row when it holds (`UPDATE … WHERE … RETURNING id`), the rows are inserted only
    then, and otherwise the block ends with ConditionFailed; nothing but inserts and calls can depend on one.
    """
    if _open.get() is not None:
        assert condition is None, "a condition belongs to a block of its own"
        yield
        return
    gathering = _Gathering(condition)
    token = _open.set(gathering)
    try:
        yield
    finally:
        _open.reset(token)
    gathering.send()


@contextmanager
def at_once() -> Iterator[None]:
    """Write what is inside without waiting for the end of a surrounding `gathered()`: others must see it, or add to it."""
    token = _open.set(None)
    try:
        yield
    finally:
        _open.reset(token)


def insert(rows: Sequence[models.Model], *, on_conflict: str = "") -> None:
    """Insert instances of one model and give them their ids. `on_conflict` is `ON CONFLICT … DO NOTHING`, or nothing.

    Children may point at parents that are inserted in the same block and have no id yet before this call.
    """
    if not rows:
        return
    model = type(rows[0])
    for row in rows:
        _prepare(row)
    _insert(model, rows, on_conflict)
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def add(model: type[models.Model], *, on_conflict: str = "", **values: Any) -> int:
    """Insert one row that nobody looks at again in this process, without making an instance; returns its id.

    Values by attribute (`order_id`, not `order`); what is not given takes the model's default.
    """
    row = _with_defaults(model, values)
    _insert(model, [row], on_conflict)
    return int(row["id"])


def create(model: type[Row], **values: Any) -> Row:
    """As `add`, but gives the instance: what a model's own constructor does for each takes five times as long."""
    row = _with_defaults(model, values)
    _insert(model, [row], "")
    return instance(model, row)


def create_numbered(model: type[Row], *, column: str, counter: Statement, **values: Any) -> Row:
    """As `create`, with a number that `counter` takes (`UPDATE … RETURNING last`) in the statement that inserts the row.

    The number is read from the database when somebody asks the instance for it.
    """
    row = _with_defaults(model, values)
    first = f"(SELECT json_populate_record(NULL::{_table(model)}, json_build_object('{column}', last)) FROM {{number}})"  # noqa: S608  names of our own tables
    del row[column]
    insert = (
        f"INSERT INTO {_table(model)} SELECT * FROM json_populate_recordset({first}, %s::json)",  # noqa: S608  names of our own tables
        [_as_json([_record(model, row)])],
    )
    with gathered():
        gathering = _open.get()
        assert gathering is not None
        gathering.numbered.append((counter, insert))
    return instance(model, row)


def _insert(model: type[models.Model], rows: Sequence[models.Model | Values], on_conflict: str) -> None:
    gathering = _open.get()
    if gathering is None:
        _execute(*_insert_statement(model, rows, "", on_conflict))
    else:
        gathering.rows.setdefault((model, on_conflict), []).extend(rows)


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


def read(tail: str, params: list[Any], **tables: type[models.Model]) -> list[Any]:
    """Rows of a query whose FROM clause and what follows is `tail`, as instances of the models by their aliases.

    With one alias a list of instances, with several a list of tuples; None where an outer join found nothing.

        read("FROM sales_hold h WHERE h.cart_id = %s FOR UPDATE", [cart.pk], h=Hold)
    """
    found = fetch(_select(tail, tuple(tables.items())), params)
    if len(tables) == 1:
        (model,) = tables.values()
        return [made(model, row) for row in found]
    answer = []
    for row in found:
        start, instances = 0, []
        for model in tables.values():
            values = row[start : start + len(_columns(model))]
            start += len(values)
            # The key is the first column of every table here.
            instances.append(None if values[0] is None else made(model, values))
        answer.append(tuple(instances))
    return answer


def _execute(sql: str, params: list[Any]) -> None:
    run(sql, params, keep=False)  # what `gathered` sends has many forms


@cache
def _select(tail: str, tables: tuple[tuple[str, type[models.Model]], ...]) -> str:
    return f"SELECT {', '.join(columns(model, alias) for alias, model in tables)} {tail}"


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    """(column, attribute) of the table."""
    return tuple((str(field.column), field.attname) for field in model._meta.concrete_fields)


def _with_defaults(model: type[models.Model], values: Values) -> Values:
    row = {**_defaults(model), **values}
    if len(row) != len(_defaults(model)):
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(values.keys() - _defaults(model).keys()))}")
    row["id"] = next_id(model)
    return row


@cache
def _defaults(model: type[models.Model]) -> Values:
    """What an empty instance holds. Defaults that differ from row to row (fresh keys) have to be given."""
    return {
        field.attname: None if field.has_default() and callable(field.default) else field.get_default()
        for field in model._meta.concrete_fields
    }


def _insert_statement(
    model: type[models.Model], rows: Sequence[models.Model | Values], only_if: str, on_conflict: str
) -> Statement:
    table = _table(model)
    # One JSON text a table: an array a column costs six times as much in both programs.
    return (
        f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s::json) {only_if} {on_conflict}",  # noqa: S608  names of our own tables
        [_as_json([_record(model, row if isinstance(row, dict) else row.__dict__) for row in rows])],
    )


def _record(model: type[models.Model], values: Values) -> Values:
    return {column: values[name] for column, name in _columns(model) if values.get(name) is not None}


def _table(model: type[models.Model]) -> str:
    return f'"{model._meta.db_table}"'


def _as_text(value: object) -> str:
    """What JSON has no word for, as PostgreSQL reads it: instants, days, UUIDs, amounts, bytes."""
    return f"\\x{bytes(value).hex()}" if isinstance(value, bytes | memoryview) else str(value)


_as_json = json.JSONEncoder(default=_as_text, separators=(",", ":")).encode


@cache
def _relations(model: type[models.Model]) -> tuple[models.ForeignKey[Any, Any], ...]:
    return tuple(field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey))


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
    key = (connections.settings["default"]["NAME"], model)
    with _ids_lock:
        block = _ids.setdefault(key, deque())
        if block:
            return block.popleft()
    fresh = [int(number) for (number,) in fetch(_NEXT_IDS, [f'"{model._meta.db_table}"', _BLOCK])]
    with _ids_lock:
        block.extend(fresh[1:])
    return fresh[0]
