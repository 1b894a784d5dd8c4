"""The doctor's check for a pooler between us and PostgreSQL that hands connections around between transactions."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
from django.db import connection

from conbillet.cli.doctor import Finding, fine, note, wrong

_WHO = "SELECT pg_backend_pid()"
_DIRECTLY = "let DATABASE_URL lead to PostgreSQL itself, or set pool_mode = session for this database"


def connect() -> Any:
    """A connection of its own, with the settings of the application's, that prepares at the first call."""
    return psycopg.connect(**{**connection.get_connection_params(), "prepare_threshold": 0, "autocommit": True})


def pooler(open_one: Callable[[], Any] = connect) -> Iterator[Finding]:
    """Two connections, one of which sits in a transaction: do they meet on the same server process?

    A pooler in transaction mode gives the second one the process that the first has just left; a statement that the
    first one had prepared there is then asked of another process, which PgBouncer understands only from 1.21 on
    (https://www.pgbouncer.org/config.html, max_prepared_statements). A direct connection is told its own process.
    """
    with closing(open_one()) as first, closing(open_one()) as second:
        ours = _ask(first)
        between = first.info.backend_pid != ours
        with second.transaction():
            shared = _ask(second) == ours
            try:
                _ask(first)
            except psycopg.Error:
                yield wrong(
                    "a pooler in transaction mode stands before PostgreSQL, and loses prepared statements",
                    f"{_DIRECTLY}; or use PgBouncer 1.21 or newer with max_prepared_statements = 200",
                )
                return
    if shared:
        yield note(
            "a pooler in transaction mode stands before PostgreSQL: live figures and waking the worker at once need "
            "LISTEN, which it does not carry",
            _DIRECTLY,
        )
    elif between:
        yield fine("a pooler that keeps sessions together stands before PostgreSQL")
    else:
        yield fine("no pooler stands between us and PostgreSQL")


def _ask(asked: Any) -> int:
    return int(asked.execute(_WHO, prepare=True).fetchone()[0])
