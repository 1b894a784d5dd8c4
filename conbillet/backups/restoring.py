"""Bring a backup back into an empty folder, set up so that PostgreSQL replays the log to the chosen moment.

What comes back is marked (`mark.py`): no program of ours serves it until the promises have been replayed.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conbillet.core.files import make_private_folder
from conbillet.core.replay_ledger import ERASURES, REPLAY, holds, ledger_path

from . import wal
from .mark import FILE, mark_folder
from .places import BackupProblem
from .programs import run
from .restic import Say, Snapshot, silent
from .stores import BASE, KEYS, PUSH, Stores

LOG_FOLDER = "restored_log"
ACCESS = "local all all trust\nlocal replication all trust\n"  # the socket's folder is its owner's only


class NothingToRestore(BackupProblem):
    """No backup reaches that moment."""


class LedgerOutOfReach(BackupProblem):
    """What has been erased and withdrawn since the backup is not known, so nobody may see the restored data."""


@dataclass(frozen=True)
class Choice:
    """From which snapshots a moment comes back. `to` is None for everything that there is."""

    base: Snapshot
    push: Snapshot
    to: datetime | None


@dataclass(frozen=True)
class Restored:
    """Where things are; `until` is the latest moment that can be in it."""

    cluster: Path
    media: Path
    until: datetime


def choose(opened: Stores, to: datetime | None) -> Choice:
    """The last base backup before the moment, and the first push after it. Raises NothingToRestore."""
    pushes = opened.main.snapshots(PUSH)
    if to is not None:
        pushes = [one for one in pushes if one.until >= to]
    push = (pushes[0] if to is not None else pushes[-1]) if pushes else None
    if push is None:
        raise NothingToRestore(
            "no backup of the log reaches that moment" if to else "there is no backup of the log yet"
        )
    last = to or push.until
    bases = [
        one for one in opened.main.snapshots(BASE) if one.until <= last and one.marks["system"] == push.marks["system"]
    ]
    if not bases:
        raise NothingToRestore("there is no base backup before that moment")
    return Choice(bases[-1], push, to)


def bring_back(
    opened: Stores, choice: Choice, folder: Path, programs: Path, *, major: int, say: Say = silent
) -> Restored:
    """Fetch, check and set up below `folder`, which must be empty. PostgreSQL is not started here."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupProblem(f"{folder} is not empty: restore into an empty folder, then move it into place")
    make_private_folder(folder)
    fetched = folder / ".fetched"
    say(f"fetching the base backup that reaches to {choice.base.until:%Y-%m-%d %H:%M:%S} UTC")
    copy = opened.main.restore(choice.base, fetched)["base"]
    cluster = folder / "postgres"
    copy.rename(cluster)
    mark_folder(cluster)  # before it can be started by anybody
    say("checking the base backup")
    same = choice.base.marks["major"] == str(major)
    run(programs, "pg_verifybackup", *([] if same else ["--no-parse-wal"]), f"--ignore={FILE}", str(cluster))
    say("fetching log and files")
    parts = opened.main.restore(choice.push, fetched)
    log = parts[choice.push.marks["system"]]
    missing = wal.gap(
        [path.name for path in log.iterdir()], choice.base.marks["first"], int(choice.push.marks["segment"])
    )
    if missing:
        raise BackupProblem(f"the log has a gap: the segment {missing} is missing")
    wal.make_whole(log)
    log.rename(cluster / LOG_FOLDER)
    parts[opened.places.media.name].rename(folder / "media")
    shutil.rmtree(fetched)
    _set_up(cluster, choice.to)
    return Restored(cluster, folder / "media", choice.to or choice.push.until)


def fetch_keys(opened: Stores) -> datetime:
    """Bring the newest backup of the keys back into the installation's keys folder, which holds none; how old it is."""
    found = opened.places
    if any(
        path.name not in {"backups", "secret_key"} for path in found.keys.iterdir()
    ):  # our own start has made the second
        raise BackupProblem(f"there are keys in {found.keys} already")
    snapshots = opened.keys.snapshots(KEYS)
    if not snapshots:
        raise NothingToRestore("there is no backup of the keys")
    fetched = found.spool / "keys"
    shutil.rmtree(fetched, ignore_errors=True)
    for name, path in opened.keys.restore(snapshots[-1], fetched).items():
        (found.keys / name).unlink(missing_ok=True)
        shutil.move(path, found.keys / name)
    shutil.rmtree(fetched)
    return snapshots[-1].until


def bring_ledgers(opened: Stores) -> None:
    """See to it that the ledgers here are as new as the newest that any backup knows; take the backup's where ours is older.

    Raises LedgerOutOfReach.
    """
    pushes = opened.main.snapshots(PUSH)
    if not pushes:
        raise LedgerOutOfReach("the bucket has no ledger, so it is not known what was erased since the backup")
    newest = pushes[-1]
    folder = next(path for path in newest.paths if path.name == "ledger")
    try:
        known = json.loads(opened.main.read(newest, folder / "heads.json"))
    except (BackupProblem, ValueError) as reason:
        raise LedgerOutOfReach(f"the newest ledger cannot be read ({reason})") from None
    for name in (ERASURES, REPLAY):
        path = ledger_path(name, opened.places.keys)
        if known[name] is None or (path.exists() and holds(path, known[name])):
            continue
        content = opened.main.read(newest, folder / f"{name}.jsonl")
        if path.exists() and not content.startswith(path.read_bytes()):
            raise LedgerOutOfReach(f"the ledger {path} is another one than the backup's: a human has to look")
        make_private_folder(path.parent)
        path.write_bytes(content)
        path.chmod(0o600)
        if not holds(path, known[name]):
            raise LedgerOutOfReach(f"the ledger {path} ends before entry {known[name][0]}, which is known to exist")


def _set_up(cluster: Path, to: datetime | None) -> None:
    """Settings for the recovery, which PostgreSQL reads after its own; whatever the backup brought along is replaced."""
    log = cluster / LOG_FOLDER
    settings = {
        "restore_command": f'cp "{log}/%f" "%p"',
        "recovery_target_action": "promote",
        "recovery_target_timeline": "current" if to else "latest",
        "hot_standby": "off",  # nobody looks in before the end, and the first server's limits need not be met
    }
    if to is not None:
        settings["recovery_target_time"] = to.isoformat(sep=" ")
    lines = (f"{name} = '{value}'\n" for name, value in settings.items())
    (cluster / "postgresql.auto.conf").write_text("".join(lines))
    (cluster / "pg_hba.conf").write_text(ACCESS)
    (cluster / "pg_ident.conf").write_text("")
    (cluster / "postgresql.conf").write_text("")
    (cluster / "recovery.signal").touch()


def settle(cluster: Path) -> None:
    """After the recovery: its settings and its log are not needed any more."""
    (cluster / "postgresql.auto.conf").write_text("")
    shutil.rmtree(cluster / LOG_FOLDER, ignore_errors=True)
