"""The doctor's checks of backups: set up, programs of the right version, a role that may replicate, and how old the last ones are."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from conbillet.backups.health import backup_health
from conbillet.backups.places import REGION, BackupProblem, Places, places
from conbillet.cli.doctor import Finding, fine, note, wrong
from conbillet.cli.postgres_binaries import NoPostgres, client_programs
from conbillet.core import clock

OLDEST_RESTIC = (0, 14)
READ = "docs/backups.md says how"


def backups() -> Iterator[Finding]:
    """Where they go, and when they last went well."""
    from django.conf import settings

    if not settings.CONBILLET_BACKUP["repository"]:
        level = note if settings.CONBILLET_DEMO else wrong
        yield level("no backups are made", f"set CONBILLET_BACKUP_REPOSITORY; {READ}")
        return
    try:
        found = places()
    except BackupProblem as reason:
        yield wrong(f"backups: {reason}", READ)
        return
    yield from where(found)
    yield from _programs()
    health = backup_health(chosen=settings.CONBILLET_BACKUP, data=Path(settings.CONBILLET_DATA), now=clock.now())
    for part in health.troubles:
        last = f"last good {part.good_at:%Y-%m-%d %H:%M} UTC" if part.good_at else "none yet"
        level = note if part.trouble == "never" else wrong
        why = f" ({part.reason})" if part.reason else ""
        yield level(f"backups, {part.kind}: {part.trouble}, {last}{why}", "run `bin/conbillet backup run --once`")
    if health.parts and not health.troubles:
        yield fine(f"backups are up to date ({health.until:%Y-%m-%d %H:%M} UTC)")
    if health.disk_is_filling:
        yield wrong("less than a tenth of the backups' disk is free", "make room, or set CONBILLET_BACKUP_SPOOL")


def where(found: Places) -> Iterator[Finding]:
    """Ireland, as the policy says, and something under a second key."""
    if found.bucket is None:
        yield note("backups go to a folder, not to a bucket in Ireland", "the policy says Amazon in Ireland: " + READ)
    elif REGION not in found.bucket.host:
        yield wrong(f"the bucket at {found.bucket.host} is not in {REGION}, as the policy says", READ)
    if not found.age_recipient:
        yield note("there is no weekly dump under an offline key", f"set CONBILLET_BACKUP_AGE_RECIPIENT; {READ}")


def _programs() -> Iterator[Finding]:
    for name in ("restic", "age"):
        if shutil.which(name) is None:
            yield wrong(f"{name} is missing", f"install it (sudo apt-get install {name})")
    if program := shutil.which("restic"):
        answer = subprocess.run([program, "version"], capture_output=True, text=True).stdout
        match = re.search(r"(\d+)\.(\d+)", answer)
        if match is None or (int(match[1]), int(match[2])) < OLDEST_RESTIC:
            yield wrong(f"restic is too old ({answer.split(' compiled')[0].strip()})", "install 0.14 or newer")


def server() -> Iterator[Finding]:
    """What PostgreSQL must allow: replication, and programs of its version for a restore."""
    from django.conf import settings

    if not settings.CONBILLET_BACKUP["repository"]:
        return
    url = settings.CONBILLET_BACKUP["database_url"] or settings.CONBILLET_DATABASE_OWNER_URL
    if not url:
        yield note("whether backups may replicate is not known", "set CONBILLET_BACKUP_DATABASE_URL")
        return
    with psycopg.connect(url, connect_timeout=10) as connection:
        major = connection.info.server_version // 10000
        row = connection.execute(
            "SELECT rolreplication OR rolsuper, current_user, current_setting('wal_level'), "
            "current_setting('max_slot_wal_keep_size') FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row is not None
    allowed, user, level, kept = row
    if not allowed:
        yield wrong(
            f"{user} may not replicate", f"ALTER ROLE {user} REPLICATION, and a line `replication` in pg_hba.conf"
        )
    if level == "minimal":
        yield wrong("wal_level is minimal: no backup is possible", "set wal_level = replica and start PostgreSQL anew")
    if kept == "-1":
        yield note("what is not fetched is kept without end", "set max_slot_wal_keep_size = 4GB in postgresql.conf")
    try:
        client_programs(major, same=True)
    except NoPostgres as reason:
        yield wrong(f"a restore would not work here: {reason}", f"sudo apt-get install postgresql-{major}")
