"""What the backup commands share: the server to be backed up, and what a whole backup is."""

from datetime import datetime

import psycopg

from conbillet.backups import state, stores, wal
from conbillet.backups.bucket import Objects
from conbillet.backups.checking import Trouble, verify
from conbillet.backups.places import BackupProblem
from conbillet.backups.programs import Server
from conbillet.backups.restic import Say, silent
from conbillet.backups.stores import Stores
from conbillet.cli.postgres_binaries import NoPostgres, client_programs
from conbillet.core import clock

DUMP_EVERY_DAYS = 7


def server_of(owner_url: str) -> Server:
    """The PostgreSQL of this installation as its backups see it. Raises BackupProblem."""
    from django.conf import settings

    url = settings.CONBILLET_BACKUP["database_url"] or owner_url
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            major = connection.info.server_version // 10000
        folder, theirs = client_programs(major)
    except psycopg.Error as reason:
        raise BackupProblem(f"the database cannot be reached: {str(reason).strip().splitlines()[0]}") from None
    except NoPostgres as reason:
        raise BackupProblem(str(reason)) from None
    return Server(url, folder, theirs)


def push_now(opened: Stores, server: Server, *, say: Say = silent) -> datetime:
    """Store the log up to now. When PostgreSQL has thrown away what was not fetched, begin anew with a base backup."""
    spool = opened.places.spool
    began = clock.now()
    try:
        try:
            until = stores.push(opened, server, say=say)
        except wal.LogLost as reason:
            say(f"{reason}: a new base backup makes it good")
            wal.start_anew(server, spool, wal.system_of(server))
            base_now(opened, server, say=say)
            until = stores.push(opened, server, say=say)
    except Exception as reason:
        state.failed(spool, "push", clock.now(), str(reason))
        raise
    state.good(spool, "push", clock.now(), until=until.isoformat(), seconds=_seconds(began))
    return until


def base_now(opened: Stores, server: Server, *, say: Say = silent) -> datetime:
    """Take a base backup."""
    spool = opened.places.spool
    began = clock.now()
    try:
        wal.receive(server, spool)  # so that the log begins before the copy does
        until = stores.take_base(opened, server, say=say)
    except Exception as reason:
        state.failed(spool, "base", clock.now(), str(reason))
        raise
    state.good(spool, "base", clock.now(), until=until.isoformat(), seconds=_seconds(began))
    return until


def keys_now(opened: Stores) -> None:
    """Store the keys."""
    spool = opened.places.spool
    try:
        stores.push_keys(opened, clock.now())
    except Exception as reason:
        state.failed(spool, "keys", clock.now(), str(reason))
        raise
    state.good(spool, "keys", clock.now())


def dump_now(opened: Stores, server: Server) -> str:
    """Take the weekly dump."""
    spool = opened.places.spool
    began = clock.now()
    try:
        name = stores.take_dump(opened.places, server, began)
    except Exception as reason:
        state.failed(spool, "dump", clock.now(), str(reason))
        raise
    state.good(spool, "dump", clock.now(), name=name, seconds=_seconds(began))
    return name


def verify_now(opened: Stores, *, everything: bool = False, say: Say = silent) -> list[Trouble]:
    """Is what is stored whole? All troubles."""
    spool = opened.places.spool
    began = clock.now()
    try:
        found = verify(opened, began, everything=everything, say=say)
    except Exception as reason:
        state.failed(spool, "verify", clock.now(), str(reason))
        raise
    if found:
        state.failed(spool, "verify", clock.now(), "; ".join(trouble.what for trouble in found))
    else:
        state.good(spool, "verify", clock.now(), seconds=_seconds(began))
    return found


def dump_is_due(opened: Stores, now: datetime) -> bool:
    """A week after the newest dump; never where no key for it is named."""
    if not opened.places.age_recipient:
        return False
    names = Objects(opened.places).names()
    if not names:
        return True
    newest = datetime.strptime(names[-1].split(".")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=now.tzinfo)
    return (now - newest).days >= DUMP_EVERY_DAYS


def _seconds(began: datetime) -> int:
    return round((clock.now() - began).total_seconds())
