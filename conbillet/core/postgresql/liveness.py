"""Is a connection that was kept still good? Answered without asking the other side."""

import select
from typing import Any

from psycopg import BaseConnection
from psycopg.pq import ConnStatus


def is_alive(connection: BaseConnection[Any]) -> bool:
    """Whether the other side has not hung up on an idle connection.

    PostgreSQL says nothing on a connection that asks nothing, so whatever can be read there is its farewell: it was
    stopped, or the connection was terminated.
    """
    pgconn = connection.pgconn
    if pgconn.status != ConnStatus.OK:  # closed, or known to be broken
        return False
    readable, _writable, _broken = select.select([pgconn.socket], [], [], 0)
    return not readable
