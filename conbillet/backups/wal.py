"""PostgreSQL's log (WAL): fetched into a folder at each push, checked for gaps, trimmed behind the base backups.

A push fetches everything up to a moment that it has itself written into the log, and ends. Between two pushes a replication
slot keeps what the server has not handed over yet. So there is no program that must run all the time, and whoever restores can
stop at any second up to the last push.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from conbillet.core.files import make_private_folder

from .places import BackupProblem
from .programs import ProgramFailed, Server

SLOT = "conbillet_backup"
NAME = 24  # hexadecimal digits of a segment: timeline, and a number in two halves
PARTIAL = ".partial"


class LogLost(BackupProblem):
    """The server has removed what we did not fetch in time; only a new base backup helps."""


@dataclass(frozen=True)
class Received:
    """What the folder holds now: the log of the cluster `system`, at least up to the moment `until`."""

    system: str
    folder: Path
    until: datetime
    segment_size: int


def receive(server: Server, spool: Path) -> Received:
    """Fetch the log up to now. Raises LogLost, or ProgramFailed."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT system_identifier::text, pg_size_bytes(current_setting('wal_segment_size')) FROM pg_control_system()"
        ).fetchone()
        assert row is not None
        system, segment_size = row
        folder = spool / "wal" / system
        make_private_folder(folder)
        if connection.execute("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", [SLOT]).fetchone() is None:
            server.run("pg_receivewal", "--create-slot", "--slot", SLOT, "--no-password")
        # Two entries: up to the first one the log is wanted, and the second one takes the stream beyond it.
        until = _leave_a_mark(connection)
        end = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
        _leave_a_mark(connection)
    assert end is not None
    words = ["--no-loop", "--no-password", "--slot", SLOT, "--endpos", str(end[0]), "-D", str(folder)]
    try:
        server.run("pg_receivewal", *words)
    except ProgramFailed as failed:
        if "already been removed" in failed.output:
            raise LogLost("PostgreSQL has removed log that was not fetched in time") from None
        raise
    return Received(system, folder, until, segment_size)


def start_anew(server: Server, spool: Path, system: str) -> None:
    """Drop what is fetched, and the slot: after LogLost, before the base backup that makes it good."""
    for path in (spool / "wal" / system).glob("*"):
        path.unlink()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", [SLOT]
        )


def system_of(server: Server) -> str:
    """The number that tells this cluster from all others."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    assert row is not None
    return str(row[0])


def trim(folder: Path, first: str) -> int:
    """Remove the segments before `first`, on its timeline and older ones; how many. History files stay."""
    gone = 0
    for path in folder.iterdir():
        name = path.name.removesuffix(PARTIAL)
        if len(name) == NAME and name[:8] <= first[:8] and name[8:] < first[8:]:
            path.unlink()
            gone += 1
    return gone


def gap(names: Iterable[str], first: str, segment_size: int) -> str | None:
    """The first segment that is missing from `first` on, on its timeline, as far as there is log; None when all are there."""
    have = {name.removesuffix(PARTIAL) for name in names if len(name.removesuffix(PARTIAL)) == NAME}
    numbers = {_number(name, segment_size) for name in have if name.startswith(first[:8])}
    number, last = _number(first, segment_size), max(numbers, default=0)
    while number <= last:
        if number not in numbers:
            return _name(first[:8], number, segment_size)
        number += 1
    return None if numbers and first in have else first


def make_whole(folder: Path) -> None:
    """Give the segment that was being written its full name, so that a restore reads it; one that is complete wins."""
    for path in folder.glob(f"*{PARTIAL}"):
        whole = path.with_name(path.name.removesuffix(PARTIAL))
        if whole.exists():
            path.unlink()
        else:
            path.rename(whole)


def _leave_a_mark(connection: "psycopg.Connection[tuple[object, ...]]") -> datetime:
    """A commit in the log, and its moment by the server's clock: a restore stops only where it finds a later commit."""
    row = connection.execute(
        "SELECT clock_timestamp(), pg_logical_emit_message(true, 'conbillet', 'backup')"
    ).fetchone()
    assert row is not None and isinstance(row[0], datetime)
    return row[0]


def _number(name: str, segment_size: int) -> int:
    return int(name[8:16], 16) * (2**32 // segment_size) + int(name[16:], 16)


def _name(timeline: str, number: int, segment_size: int) -> str:
    high, low = divmod(number, 2**32 // segment_size)
    return f"{timeline}{high:08X}{low:08X}"
