"""The data map as plain data, for programs that know nothing of Django."""

from dataclasses import asdict, is_dataclass
from typing import Any

from conbillet.core.data_map import DataMap
from conbillet.privacy.activity_checks import activity_of


def map_as_json(map_: DataMap) -> dict[str, Any]:
    """Everything that is declared; empty words are left out."""
    return {
        "tables": [
            {
                **_plain({"name": table.name, "subject": table.subject, "guests_by": table.email}),
                "activity": activity.name if (activity := activity_of(table.name)) else None,
                "columns": [_plain(asdict(column)) for column in table.columns.values()],
            }
            for table in sorted(map_.tables.values(), key=lambda one: one.name)
        ],
        **{
            group: [_plain(asdict(one)) for one in getattr(map_, group).values()]
            for group in ("cookies", "processors", "streams")
        },
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in values.items() if value not in ("", None, {}, (), frozenset())}


def _value(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {key: _value(one) for key, one in value.items() if one not in ("", None)}
    if isinstance(value, set | frozenset | tuple | list):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    return value
