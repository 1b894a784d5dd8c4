"""The mark of restored data: while it is there, web server and worker refuse to start.

It is in three places, so that none has to be remembered: a file in the cluster's folder (our own PostgreSQL does not start
with it, but for whoever restores), a setting of the database itself (it goes where the database goes), and the application's
role, which may not log in (what was running already gets no connection either).
"""

from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

FILE = "conbillet-restored"
SETTING = "conbillet.restored"
WHY = (
    "This database was restored from a backup, and what was erased or withdrawn since has not been replayed. "
    "Run `bin/conbillet backup open`; until then nothing is served."
)


class NotOpen(Exception):
    """The database may not be served yet."""

    def __init__(self) -> None:
        super().__init__(WHY)


def mark_folder(cluster: Path) -> None:
    (cluster / FILE).write_text(WHY + "\n")


def unmark_folder(cluster: Path) -> None:
    (cluster / FILE).unlink(missing_ok=True)


def folder_is_marked(cluster: Path) -> bool:
    return (cluster / FILE).exists()


def mark_database(url: str, *, role: str, until: datetime) -> None:
    """Connects as the owner; `until` is the restored moment. May be repeated, and must be after migrations, which let the role
    in."""
    with psycopg.connect(url, autocommit=True) as owner:
        (name,) = owner.execute("SELECT current_database()").fetchone() or ("",)
        owner.execute(
            sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                sql.Identifier(name), sql.SQL(SETTING), sql.Literal(until.isoformat())
            )
        )
        _may_log_in(owner, role, allowed=False)


def unmark_database(url: str, *, role: str) -> None:
    """Let the application in."""
    with psycopg.connect(url, autocommit=True) as owner:
        (name,) = owner.execute("SELECT current_database()").fetchone() or ("",)
        owner.execute(sql.SQL("ALTER DATABASE {} RESET {}").format(sql.Identifier(name), sql.SQL(SETTING)))
        _may_log_in(owner, role, allowed=True)


def database_is_marked(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    """Whether the database of this connection is waiting. The setting is read at connecting, so ask a fresh one."""
    row = connection.execute("SELECT current_setting(%s, true)", [SETTING]).fetchone()
    return row is not None and bool(row[0])


def restored_until(url: str) -> datetime | None:
    """To which moment the database was restored, if it waits to be opened."""
    with psycopg.connect(url, autocommit=True) as owner:
        row = owner.execute("SELECT current_setting(%s, true)", [SETTING]).fetchone()
    return datetime.fromisoformat(row[0]) if row and row[0] else None


def _may_log_in(owner: "psycopg.Connection[tuple[object, ...]]", role: str, *, allowed: bool) -> None:
    if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None:
        word = sql.SQL("LOGIN") if allowed else sql.SQL("NOLOGIN")
        owner.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(role), word))
