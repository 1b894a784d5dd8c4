"""A column for the state of a row, whose values stand in the statement and not beside it.

PostgreSQL plans a prepared statement once, for whatever its parameters will be. With `state = $1` it then cannot know that
an index of only the open rows would do, and reads a whole year's sale to find the three that are open.
"""

import re
from typing import Any

from django.db import models
from django.db.models.lookups import Exact, In

_PLAIN = re.compile(r"[a-z0-9_]+")
_Compiled = tuple[str, tuple[str | int, ...]]


class StateField(models.CharField):
    """A `CharField` with choices; the same column and the same migrations."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def _spelt_out(sql: str, params: Any, field: Any) -> _Compiled:
    """The statement with the field's own values in it. Any other value stays beside it, as a parameter."""
    known = {str(value) for value, _label in field.choices}
    if not params or not all(value in known and _PLAIN.fullmatch(str(value)) for value in params):
        return sql, tuple(params)
    return sql % tuple(f"'{value}'" for value in params), ()


@StateField.register_lookup
class StateIs(Exact):
    def process_rhs(self, compiler: Any, connection: Any) -> _Compiled:
        sql, params = super().process_rhs(compiler, connection)
        return _spelt_out(sql, params, self.lhs.output_field) if self.rhs_is_direct_value() else (sql, tuple(params))


@StateField.register_lookup
class StateIsOneOf(In):
    def process_rhs(self, compiler: Any, connection: Any) -> _Compiled:
        sql, params = super().process_rhs(compiler, connection)
        return _spelt_out(sql, params, self.lhs.output_field) if self.rhs_is_direct_value() else (sql, tuple(params))
