"""The database engine of the settings: Django's own, quicker where a sale asks most."""

from functools import cache
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

from .liveness import is_alive

# A prepared statement is planned once. PostgreSQL would otherwise plan some anew at every call, for a gain that it guesses
# from its estimate of rows; planning then takes ten times as long as running.
_KEEP_PLANS = "-c plan_cache_mode=force_generic_plan"


class DatabaseWrapper(base.DatabaseWrapper):
    _cursor_of_ask: "psycopg.Cursor[Any] | None" = None

    def is_usable(self) -> bool:
        """Is a connection that was kept since the last request still good? Asked once a request.

        Django sends `SELECT 1`; we look whether the other side has hung up.
        """
        return self.connection is not None and is_alive(self.connection)

    def ask(self, sql: str, params: Any, *, keep: bool) -> "psycopg.Cursor[Any]":
        """Run one statement; `keep` has PostgreSQL keep its plan from the first time on.

        The same checks and the same errors as by `cursor()`, which takes twice as long to come to the point. There is one
        cursor for all, so take what it has before the next question.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self.execute_wrappers or self.queries_logged:
            watched = _Watched(self.connection)
            watched.keep = keep
            self._prepare_cursor(watched).execute(sql, params)  # type: ignore[attr-defined]  # Django has it
            return watched
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            cursor = self._cursor_of_ask
            if cursor is None or cursor.connection is not self.connection:
                cursor = self._cursor_of_ask = psycopg.Cursor(self.connection)
            return cursor.execute(sql, params, prepare=keep or None)

    def begin_with(self, sql: str) -> bool:
        """Open the transaction that is to come and run a statement without parameters in it, in one round trip.

        False, and nothing done, when it is open already (a savepoint), or somebody counts statements.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self.execute_wrappers or self.queries_logged:
            return False
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            pgconn = self.connection.pgconn
            if self.connection.autocommit or pgconn.transaction_status != TransactionStatus.IDLE:
                return False
            result = pgconn.exec_(f"BEGIN; {sql}".encode())
            if result.status != ExecStatus.TUPLES_OK:
                raise error_from_result(result)
        return True

    def create_cursor(self, name: str | None = None) -> Any:
        """As Django's, without a look at the time zone: the connection's is UTC, as `_adapters` needs."""
        if name is None:
            return self.connection.cursor()
        server_side: Any = base.ServerSideCursor
        return server_side(self.connection, name=name, scrollable=False, withhold=self.connection.autocommit)

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        options = f"{params.get('options', '')} {_KEEP_PLANS}".strip()
        return {**params, "context": _adapters(params["context"]), "options": options}


class _Watched(psycopg.Cursor[Any]):
    """A cursor for `ask` when somebody counts, logs or wraps statements: Django's wrapper hands no options on."""

    keep = True

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        return super().execute(query, params, prepare=self.keep or None)


@cache
def _adapters(djangos: AdaptersMap) -> AdaptersMap:
    """Django's, but that psycopg itself reads instants: the same values, in C."""
    own = AdaptersMap(djangos)
    own.register_loader("timestamptz", TimestamptzLoader)
    return own
