"""Form-encoded parameters: `a[b][0][c]=v` into nested values, and readers that refuse as the real API does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from conbillet.demo.fake_stripe.errors import ApiError, Json, bad_param

MAX_AMOUNT = 99_999_999
MAX_DEPTH = 8


def decode(pairs: Iterable[tuple[str, str]]) -> Json:
    """Nested dicts and lists from flat names."""
    tree: Json = {}
    for name, value in pairs:
        keys = re.findall(r"[^\[\]]+|\[\]", name)
        if not keys or len(keys) > MAX_DEPTH:
            raise bad_param(f"Invalid request: unreadable parameter name {name[:100]!r}.", name[:100])
        node: Json = tree
        for key in keys[:-1]:
            key = str(len(node)) if key == "[]" else key
            child = node.setdefault(key, {})
            if not isinstance(child, dict):
                raise bad_param("Invalid hash", name[:100])
            node = child
        last = str(len(node)) if keys[-1] == "[]" else keys[-1]
        if isinstance(node.get(last), dict):
            raise bad_param("Invalid string", name[:100])
        node[last] = value
    return {key: _lists(value) for key, value in tree.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() and len(key) < 6 for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(child) for key, child in value.items()}


class Params:
    """One level of the parameters. Each reader marks its name as known; `finish` refuses the others."""

    def __init__(self, values: Any, path: str = "") -> None:
        if not isinstance(values, dict):
            raise bad_param(f"Invalid object: {path}", path)
        self.values: Json = values
        self.path = path
        self._known: set[str] = set()

    def name(self, key: str) -> str:
        """The full name of a parameter, as error messages have it."""
        return f"{self.path}[{key}]" if self.path else key

    def _take(self, key: str, required: bool) -> Any:
        self._known.add(key)
        value = self.values.get(key)
        if value is None and required:
            raise bad_param(f"Missing required param: {self.name(key)}.", self.name(key), "parameter_missing")
        return value

    def string(self, key: str, *, required: bool = False, limit: int = 5000) -> str | None:
        """A text of at most `limit` characters; an empty one is refused."""
        value = self._take(key, required)
        if value is None:
            return None
        name = self.name(key)
        if not isinstance(value, str):
            raise bad_param("Invalid string", name)
        if not value.strip():
            message = f"You passed an empty string for '{name}'. You can remove '{name}' or give it a value."
            raise bad_param(message, name, "parameter_invalid_empty")
        if len(value) > limit:
            raise bad_param(f"Invalid string: {value[:20]}…; must be at most {limit} characters", name)
        return value

    def needed(self, key: str, *, limit: int = 5000) -> str:
        """A text that must be there."""
        return self.string(key, required=True, limit=limit) or ""

    def integer(self, key: str, *, required: bool = False, low: int = 0, high: int = MAX_AMOUNT) -> int | None:
        """A whole number between `low` and `high`."""
        value = self.string(key, required=required)
        if value is None:
            return None
        name = self.name(key)
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise bad_param(f"Invalid integer: {value[:40]}", name, "parameter_invalid_integer")
        number = int(value)
        if number < low:
            message = f"This value must be greater than or equal to {low}."
            raise bad_param(message, name, "parameter_invalid_integer")
        if number > high:
            message = f"This value must be less than or equal to {high}."
            raise bad_param(message, name, "amount_too_large" if high == MAX_AMOUNT else "parameter_invalid_integer")
        return number

    def boolean(self, key: str) -> bool | None:
        """`true` or `false`."""
        value = self.string(key)
        if value not in (None, "true", "false"):
            raise bad_param(f"Invalid boolean: {value}", self.name(key))
        return None if value is None else value == "true"

    def choice(self, key: str, options: Iterable[str], *, required: bool = False) -> str | None:
        """One of `options`."""
        value = self.string(key, required=required)
        options = list(options)
        if value is not None and value not in options:
            raise bad_param(f"Invalid {key}: must be one of {', '.join(options)}", self.name(key))
        return value

    def url(self, key: str, *, required: bool = False) -> str | None:
        """An absolute web address."""
        value = self.string(key, required=required)
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            valid = (
                parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", value)
            )
        except ValueError:
            valid = False
        if not valid:
            raise bad_param("Not a valid URL", self.name(key), "url_invalid")
        return value

    def child(self, key: str, *, required: bool = False) -> Params | None:
        """A nested level."""
        value = self._take(key, required)
        return None if value is None else Params(value, self.name(key))

    def children(self, key: str, *, required: bool = False) -> list[Params]:
        """A list of nested levels."""
        value = self._take(key, required)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad_param("Invalid array", self.name(key))
        return [Params(item, f"{self.name(key)}[{number}]") for number, item in enumerate(value)]

    def strings(self, key: str) -> list[str]:
        """A list of texts."""
        value = self._take(key, False)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise bad_param("Invalid array", self.name(key))
        return [str(item) for item in value]

    def metadata(self, key: str = "metadata") -> dict[str, str]:
        """Up to 50 pairs; names up to 40 characters, values up to 500."""
        value = self._take(key, False)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise bad_param("Invalid hash", self.name(key))
        if len(value) > 50 or any(len(k) > 40 or len(v) > 500 for k, v in value.items()):
            message = "Metadata may have 50 keys of up to 40 characters, with values of up to 500 characters."
            raise bad_param(message, self.name(key))
        return dict(value)

    def ignore(self, *keys: str) -> None:
        """Names that the real API knows and that change nothing here."""
        self._known.update(keys)

    def finish(self) -> None:
        """Refuse every name that no reader asked for."""
        unknown = [self.name(key) for key in self.values if key not in self._known]
        if unknown:
            word = "parameter" if len(unknown) == 1 else "parameters"
            message = f"Received unknown {word}: {', '.join(unknown[:10])}"
            raise ApiError(message, code="parameter_unknown", param=unknown[0], stored=False)
