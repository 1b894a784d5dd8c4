"""Django's sessions in the database, read with a prepared statement: every page of somebody signed in begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from conbillet.core import clock
from conbillet.core.prepared import columns, made, prepared

_SELECT = f"SELECT {columns(Session, 's')} FROM django_session s WHERE s.session_key = %s AND s.expire_date > %s"  # noqa: S608


class SessionStore(db.SessionStore):
    """As its parent in all but the reading."""

    def _get_session_from_db(self) -> Any:
        with prepared() as cursor:
            cursor.execute(_SELECT, [self.session_key, clock.now()])
            row = cursor.fetchone()
        if row is not None:
            return made(Session, row)
        self._session_key = None
        return None
