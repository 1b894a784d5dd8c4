"""Every column of every table of the database, read once from end to end; and what the planner remembers of them."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from django.db import connection

from .forms import Hit, Needles
from .packed import is_packed, texts_in, unpacked

# Not those of somebody else's session: nobody can read them, and they end with it.
_TABLES = """
SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND (c.relpersistence <> 't' OR n.oid = pg_my_temp_schema())
ORDER BY n.nspname, c.relname
"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL),
       COALESCE((SELECT i.indkey::smallint[] @> ARRAY[a.attnum] FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary), false)
FROM pg_attribute a WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
# The planner keeps samples of columns; they are real values.
_STATISTICS = """
SELECT tablename, attname, most_common_vals::text, histogram_bounds::text, most_common_elems::text FROM pg_stats
WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""
_CHUNK = 1_000_000  # characters read before they are searched together: most chunks hold nothing
# How a zip, a gzip or a PDF begins in a byte column, as `encode(…, 'escape')` and COPY write it.
_PACKED_BYTES = ("PK\x03\x04", "\x1f\\\\213", "%PDF-")
_OCTAL = re.compile(r"\\(\\|[0-7]{3})")
_COPIED = re.compile(r"\\([bfnrtv\\])")
_COPY_SIGNS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def in_database(needles: Needles) -> Iterator[Hit]:
    """Every table and column that holds one of the values, with the row's key."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchall()
        for oid, schema, name in tables:
            cursor.execute(_COLUMNS, [oid])
            columns = cursor.fetchall()
            yield from _in_table(needles, cursor, schema, name, columns)
        cursor.execute(_STATISTICS)
        for table, column, *samples in cursor.fetchall():
            for value, form in needles.found_in(" ".join(sample or "" for sample in samples).lower()):
                yield Hit(f"statistics of {table}.{column}", "", value, form)


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
    packed = is_packed(copied) or any(sign in copied for sign in _PACKED_BYTES)
    plain_too = needles.any_in(_searchable(copied))
    deep = packed and _any_inside(needles, copied, columns)
    if not plain_too and not deep:
        return
    names = [column for column, _kind, _key in columns]
    for line in copied.split("\n"):
        if not _holds_something(needles, line, deep):
            continue
        cells = line.split("\t")
        key = ",".join(_key(cells[names.index(name)]) for name in keys)
        for (name, kind, _is_key), cell in zip(columns, cells, strict=True):
            plain = needles.found_in(_searchable(cell))
            for value, form in plain:
                yield Hit(f"{table}.{name}", key, value, form)
            known = {value for value, _form in plain}
            inside = {hit for text in _inside(cell, kind) for hit in needles.found_in(text.lower())}
            for value, form in sorted(inside):
                if value not in known:
                    yield Hit(f"{table}.{name}", key, value, f"{form}, packed")


def _any_inside(needles: Needles, copied: str, columns: list[Any]) -> bool:
    """Whether anything packed in these rows holds one of the values: unpacked once, and searched together."""
    waiting: list[str] = []
    size = 0
    for line in copied.split("\n"):
        if not _looks_packed(line):
            continue
        for (_name, kind, _is_key), cell in zip(columns, line.split("\t"), strict=True):
            for text in _inside(cell, kind):
                waiting.append(text)
                size += len(text)
                if size >= _CHUNK:
                    if needles.any_in("\n".join(waiting).lower()):
                        return True
                    waiting, size = [], 0
    return needles.any_in("\n".join(waiting).lower())


def _looks_packed(line: str) -> bool:
    return is_packed(line) or any(sign in line for sign in _PACKED_BYTES)


def _holds_something(needles: Needles, line: str, packed: bool) -> bool:
    if needles.any_in(_searchable(line)):
        return True
    return packed and _looks_packed(line)


def _searchable(copied: str) -> str:
    return copied.lower().replace("\\\\", "\\")


def _inside(cell: str, kind: str) -> Iterator[str]:
    """What is packed in a cell, as COPY wrote it."""
    if kind == "bytea" and cell.startswith(_PACKED_BYTES):
        yield from texts_in(_bytes(_COPIED.sub(lambda found: _COPY_SIGNS[found[1]], cell)))
    elif is_packed(cell):
        yield from unpacked(cell)


def _bytes(text: str) -> bytes:
    """The bytes that `encode(…, 'escape')` shows as this text."""
    return _OCTAL.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1], 8)), text).encode("latin-1")


def _key(text: str) -> str:
    """A row's key as it may be shown: numbers as they are, anything else could be a secret or a name itself."""
    return text if text.isdigit() else "#" + hashlib.sha256(text.encode()).hexdigest()[:10]
