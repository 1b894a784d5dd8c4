"""Every column of every table of the database, read once from end to end."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connection

from .forms import Hit, Needles

_TABLES = """
SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY n.nspname, c.relname
"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL),
       COALESCE((SELECT i.indkey::smallint[] @> ARRAY[a.attnum] FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary), false)
FROM pg_attribute a WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_CHUNK = 1_000_000  # characters read before they are searched together: most chunks hold nothing


def in_database(needles: Needles) -> Iterator[Hit]:
    """Every table and column that holds one of the values, with the row's key."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchall()
        for oid, schema, name in tables:
            cursor.execute(_COLUMNS, [oid])
            columns = cursor.fetchall()
            yield from _in_table(needles, cursor, schema, name, columns)


def _in_table(needles: Needles, cursor: Any, schema: str, name: str, columns: list[Any]) -> Iterator[Hit]:
    quote = connection.ops.quote_name
    keys = [column for column, _kind, is_key in columns if is_key]
    shown = [quote(column) if kind != "bytea" else f"encode({quote(column)}, 'escape')" for column, kind, _k in columns]
    if not shown:
        return
    statement = f"COPY (SELECT {', '.join(shown)} FROM {quote(schema)}.{quote(name)}) TO STDOUT"  # noqa: S608  names from the catalogue
    waiting: list[str] = []
    size = 0
    with cursor.cursor.copy(statement) as copied:  # the driver's own cursor, below Django's
        for block in copied:
            text = bytes(block).decode()
            waiting.append(text)
            size += len(text)
            if size >= _CHUNK:
                yield from _in_rows(needles, "".join(waiting), name, columns, keys)
                waiting, size = [], 0
    yield from _in_rows(needles, "".join(waiting), name, columns, keys)


def _in_rows(needles: Needles, copied: str, table: str, columns: list[Any], keys: list[str]) -> Iterator[Hit]:
    text = copied.lower().replace("\\\\", "\\")
    if not needles.any_in(text):
        return
    names = [column for column, _kind, _key in columns]
    for line in copied.split("\n"):
        if not needles.any_in(line.lower().replace("\\\\", "\\")):
            continue
        cells = line.split("\t")
        key = ",".join(_key(cells[names.index(name)]) for name in keys)
        for name, cell in zip(names, cells, strict=True):
            for value, form in needles.found_in(cell.lower().replace("\\\\", "\\")):
                yield Hit(f"{table}.{name}", key, value, form)


def _key(text: str) -> str:
    """A row's key as it may be shown: numbers as they are, anything else could be a secret or a name itself."""
    return text if text.isdigit() else "#" + hashlib.sha256(text.encode()).hexdigest()[:10]
