"""The database engine of the settings: Django's own in all but one question."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Is a connection that was kept since the last request still good? Asked once a request.

        Django sends `SELECT 1`; we look whether the other side has hung up. PostgreSQL says nothing on a connection that
        asks nothing, so whatever can be read there is its farewell: it was stopped, or the connection was terminated.
        """
        if self.connection is None or self.connection.closed:
            return False
        answer = self.connection.pgconn
        if answer.status != ConnStatus.OK:
            return False
        readable, _writable, _broken = select.select([answer.socket], [], [], 0)
        return not readable
