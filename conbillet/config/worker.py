"""How the job worker speaks with its queue.

Each of procrastinate's questions is one statement, so its connections commit by themselves; and whether a connection
has died meanwhile is looked up without asking PostgreSQL. That is one round trip for a question instead of four.
"""

from typing import Any

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.contrib.django.utils import connector_params
from psycopg_pool import AsyncConnectionPool

from conbillet.core.postgresql.liveness import is_alive

Connection = psycopg.AsyncConnection[Any]


def worker_connector() -> PsycopgConnector:
    """Procrastinate's own connector for workers, on the database of the settings."""
    return PsycopgConnector(
        kwargs=connector_params(), configure=_commits_by_itself, pool_factory=_pool, min_size=1, max_size=4
    )


def _pool(**options: Any) -> "AsyncConnectionPool[Connection]":
    return AsyncConnectionPool(**{**options, "check": _look})


async def _commits_by_itself(connection: Connection) -> None:
    await connection.set_autocommit(True)


async def _look(connection: Connection) -> None:
    if not is_alive(connection):
        await connection.close()
        raise psycopg.OperationalError("PostgreSQL has hung up")  # the pool throws it away and takes another one
