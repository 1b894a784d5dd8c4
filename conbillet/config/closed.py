"""A database that was restored from a backup serves nobody before it is opened: web server and worker end at once."""

import psycopg
from django.db import connection

from conbillet.backups.mark import NotOpen, database_is_marked


def refuse_if_restored() -> None:
    """Raises NotOpen when the database waits to be opened. One that cannot be reached is no reason: it is asked again by
    whoever needs it, and a restored one lets nobody in."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("host", "port", "dbname", "user", "password") if parameters.get(name)}
    try:
        with psycopg.connect(**wanted, connect_timeout=5, autocommit=True) as fresh:
            if database_is_marked(fresh):
                raise NotOpen
    except psycopg.OperationalError as reason:
        if "not permitted to log in" in str(reason):
            raise NotOpen from None
