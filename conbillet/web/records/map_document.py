"""The data map for people who read code: every table and column, cookie, processor, file, log and job."""

import ast
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.apps import apps

from conbillet.core.data_map import Column, DataMap, Table
from conbillet.privacy.activity_checks import activity_of, outside

from .markdown import join, table

PACKAGE = Path(__file__).resolve().parents[2]
HEADINGS = ("column", "kind", "category", "clause", "purposes", "recipients", "kept", "exported", "redacted", "erased")
INTRODUCTION = """# The data map

Everything that is stored about people, column by column, as the rooms declare it in their `personal_data.py`. {tables} tables,
{columns} columns, of which {personal} hold or point at something about somebody. Words: [the vocabulary](../../conbillet/core/data_map.py).
What the words of a column must be, given its name, type and table: [the rules](../../conbillet/core/map_rules.py).
"""


BESIDES = """# The data map, beside the tables

What is kept or sent outside the tables of [the data map](data-map.md): cookies, processors, files, logs, queues and jobs.
"""


def map_document(map_: DataMap) -> str:
    """The whole map."""
    return f"{tables_document(map_)}\n{besides_document(map_, introduction='')}"


def tables_document(map_: DataMap) -> str:
    """Every table and column."""
    rooms = _rooms(map_)
    columns = [column for one in map_.tables.values() for column in one.columns.values()]
    personal = [column for column in columns if column.kind != "technical"]
    parts = [INTRODUCTION.format(tables=len(map_.tables), columns=len(columns), personal=len(personal))]
    for room in sorted(rooms):
        tables = sorted(rooms[room], key=lambda one: one.name)
        parts.append(f"## {room}\n")
        people = [
            one
            for one in tables
            if one.subject or one.email or any(c.kind != "technical" for c in one.columns.values())
        ]
        if people:
            parts.append(
                table(("table", "about", "activity", "besides, not personal"), [_about(one) for one in people])
            )
        if nobody := [
            f"`{one.name}` ({join(c.why for c in one.columns.values())})" for one in tables if one not in people
        ]:
            parts.append(f"Nothing about anybody: {'; '.join(nobody)}.\n")
        if rows := [
            _row(one, column) for one in tables for column in one.columns.values() if column.kind != "technical"
        ]:
            parts.append(table(HEADINGS, rows))
    return "\n".join(parts)


def besides_document(map_: DataMap, *, introduction: str = BESIDES) -> str:
    """Cookies, processors, files, logs, queues and jobs."""
    parts = [
        *([introduction] if introduction else []),
        "## Cookies\n",
        table(
            ("name", "set by", "holds", "set when", "days", "necessary", "clause"),
            [(f"`{one.name}`", one.party or "us", one.holds, one.set_when, one.max_age_days or "less than 1",
              "yes" if one.necessary else "no", f"`{one.clause}`") for one in map_.cookies.values()],
        ),
        "## Processors\n",
        table(
            ("name", "country", "gets", "when", "outside the EEA", "safeguard", "clause"),
            [(one.name, one.country, "; ".join(one.sends), one.when, join(outside(one)), one.safeguard, f"`{one.clause}`")
             for one in map_.processors.values()],
        ),
        "## Files, logs and queues\n",
        table(
            ("name", "holds", "how long", "where"),
            [(one.name, one.holds, one.keep, f"`{one.place}`" if one.place else "") for one in map_.streams.values()],
        ),
        "## Jobs\n",
        "What a job carries: row ids and public references. `announce` refuses anything with a blank or an @ in it.\n",
        table(("fact", "carries"), [(f"`{fact}`", join(f"`{name}`" for name in sorted(names))) for fact, names in sorted(jobs().items())]),
    ]  # fmt: skip
    return "\n".join(parts)


def jobs() -> dict[str, set[str]]:
    """Fact → the names of what it carries, read from every call of `announce` in the house."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(PACKAGE.rglob("*.py")):
        if "tests" in path.parts or "announce(" not in (text := path.read_text()):
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                not isinstance(node, ast.Call)
                or ast.unparse(node.func).rsplit(".", 1)[-1] != "announce"
                or not node.args
            ):
                continue
            fact = node.args[0]
            name = fact.value if isinstance(fact, ast.Constant) else ast.unparse(fact)
            found[str(name)] |= {word.arg or "…" for word in node.keywords if word.arg != "at"}
    return dict(found)


def _rooms(map_: DataMap) -> dict[str, list[Table]]:
    labels = {model._meta.db_table: model._meta for model in apps.get_models(include_auto_created=True)}
    found: dict[str, list[Table]] = defaultdict(list)
    for one in map_.tables.values():
        meta = labels.get(one.name)
        module = apps.get_app_config(meta.app_label).name if meta else ""
        found[module.removeprefix("conbillet.") if module.startswith("conbillet.") else "libraries"].append(one)
    return found


def _about(one: Table) -> tuple[str, ...]:
    about = f"`{one.subject}`" if one.subject else "" if one.email else "nobody"
    if one.email:
        about = f"{about}, guests by `{one.email}`" if about else f"whoever has `{one.email}`"
    reasons: dict[str, list[str]] = defaultdict(list)
    for column in one.columns.values():
        if column.kind == "technical":
            reasons[column.why].append("every column" if column.name == "*" else f"`{column.name}`")
    plain = "; ".join(f"{' '.join(names)} ({why})" for why, names in reasons.items())
    activity = activity_of(one.name)
    return f"`{one.name}`", about, activity.name if activity else "", plain


def _row(one: Table, column: Column) -> tuple[Any, ...]:
    purposes = join(
        f"{why} {basis.article}{f' {basis.law}' if basis.law else ''}" for why, basis in column.purposes.items()
    )
    erased = ""
    if column.erase:
        erased = f"kept: {column.erase.law}, {column.erase.until}" if column.erase.how == "kept" else column.erase.how
    exported = ""
    if column.export:
        exported = f"omitted: {column.export.why}" if column.export.how == "omitted" else column.export.how
    return (
        f"`{one.name}.{column.name}`", column.kind, column.category or column.of or column.why, f"`{column.clause}`" if column.clause else "",
        purposes, join(sorted(column.recipients)), f"{column.keep.name}: {column.keep.period}" if column.keep else "", exported,
        column.redact.how if column.redact else "", erased,
    )  # fmt: skip
