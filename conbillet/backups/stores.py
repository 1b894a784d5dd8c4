"""What is put where: base backups, the log with the uploaded files, keys, and the weekly dump."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe

from conbillet.core.files import create_private, locked, make_private_folder
from conbillet.core.replay_ledger import ERASURES, REPLAY, heads, ledger_path

from . import wal
from .bucket import Objects
from .places import BackupProblem, NotSetUp, Places
from .programs import Server, plain, run, without_password
from .restic import Restic, Say, WrongKey, silent, stamp

BASE, PUSH, KEYS = "base", "push", "keys"


@dataclass(frozen=True)
class Stores:
    """The two repositories, opened."""

    places: Places
    main: Restic
    keys: Restic


@contextmanager
def one_at_a_time(found: Places) -> Iterator[None]:
    """Backups of one installation wait for each other."""
    make_private_folder(found.spool)
    with locked(found.spool / ".lock"):
        yield


def stores(found: Places, *, create: bool = False, say: Say = silent) -> Stores:
    """Open both repositories. With `create` they are made where there is none yet, with passwords of their own."""
    for password, place in ((found.password, found.repository), (found.keys_password, found.keys_repository)):
        if not password.exists():
            if not create:
                raise NotSetUp(
                    f"{password} is missing: bring it back from where you keep it, or begin with `backup now`"
                )
            make_private_folder(password.parent)
            create_private(password, token_urlsafe(32).encode())
            say(f"a new password for {place} is in {password}: keep a copy where a fire here does not reach it")
    opened = Stores(
        found,
        Restic(found.repository, found.password, found),
        Restic(found.keys_repository, found.keys_password, found),
    )
    for one in (opened.main, opened.keys):
        try:
            there = one.exists()
        except WrongKey:
            raise BackupProblem(f"{one.password} does not open {one.place}: bring back the right one") from None
        if not there and create:
            one.create()
            say(f"{one.place} is made")
        elif not there:
            raise NotSetUp(f"there is no backup in {one.place} yet: begin with `backup now`")
    return opened


def push(opened: Stores, server: Server, *, say: Say = silent) -> datetime:
    """Store the log up to now, the uploaded files and the ledgers; the moment that can be restored from here on.

    Raises LogLost: take a base backup then.
    """
    found = opened.places
    received = wal.receive(server, found.spool)
    ledgers = _copy_ledgers(found)
    found.media.mkdir(parents=True, exist_ok=True)
    marks = {"system": received.system, "until": stamp(received.until), "segment": str(received.segment_size)}
    opened.main.backup([received.folder, found.media, ledgers], kind=PUSH, marks=marks, say=say)
    return received.until


def take_base(opened: Stores, server: Server, *, say: Say = silent) -> datetime:
    """Copy the whole cluster, check the copy, store it, and let go of the log that no kept restore needs."""
    found = opened.places
    copy = found.spool / "base"
    shutil.rmtree(copy, ignore_errors=True)
    make_private_folder(found.spool)
    try:
        words = [
            "-D",
            str(copy),
            "--format=plain",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--no-sync",
            "--no-password",
        ]
        say("copying the cluster")
        server.run("pg_basebackup", *words, "--manifest-checksums=SHA256")
        say("checking the copy")
        run(server.programs, "pg_verifybackup", "--no-parse-wal", str(copy))
        first = _first_segment(copy)
        system = wal.system_of(server)
        # What the log holds now is later than the copy's end, so the copy can be restored to any moment from here on.
        received = wal.receive(server, found.spool)
        marks = {"system": system, "until": stamp(received.until), "first": first}
        marks["major"] = (copy / "PG_VERSION").read_text().strip()
        say("storing the copy")
        opened.main.backup([copy], kind=BASE, marks=marks, say=say)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    bases = [one for one in opened.main.snapshots(BASE) if one.marks["system"] == system]
    if len(bases) > 1:
        wal.trim(received.folder, bases[-2].marks["first"])
    return received.until


def push_keys(opened: Stores, now: datetime) -> None:
    """Store the keys where the operator keeps them. The passwords of the backups are left out: they open them."""
    found = opened.places
    names = [path for path in found.keys.iterdir() if path.name != "backups" and not path.name.startswith(".")]
    if names:
        opened.keys.backup(sorted(names), kind=KEYS, marks={"until": stamp(now)})


def take_dump(found: Places, server: Server, now: datetime) -> str:
    """A logical dump under another key, whose private half is offline; the object's name."""
    if not found.age_recipient:
        raise NotSetUp("no key for the weekly dump: set CONBILLET_BACKUP_AGE_RECIPIENT (age-keygen, docs/backups.md)")
    age = shutil.which("age")
    if age is None:
        raise BackupProblem("age is missing: install it (sudo apt-get install age)")
    make_private_folder(found.spool)
    url, password = without_password(server.url)
    sealed = found.spool / "dump.age"
    try:
        with sealed.open("wb") as target:
            dump = subprocess.Popen(  # noqa: S603
                [str(server.programs / "pg_dump"), "-Fc", "--no-password", "-d", url],
                env=plain(password), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            command = [age, "-r", found.age_recipient]
            lock = subprocess.Popen(command, stdin=dump.stdout, stdout=target, stderr=subprocess.PIPE)  # noqa: S603
            assert dump.stdout is not None and dump.stderr is not None
            dump.stdout.close()
            trouble = lock.communicate()[1] + dump.stderr.read()
            dump.stderr.close()
            if dump.wait() != 0 or lock.returncode != 0:
                raise BackupProblem(f"the dump failed: {trouble.decode(errors='replace').strip()[-300:]}")
        name = f"{now:%Y%m%dT%H%M%SZ}.dump.age"
        Objects(found).put(name, sealed)
    finally:
        sealed.unlink(missing_ok=True)
    return name


def _first_segment(copy: Path) -> str:
    """The segment with which the copy's recovery begins."""
    for line in (copy / "backup_label").read_text().splitlines():
        if line.startswith("START WAL LOCATION:"):
            return line.split("(file ", 1)[1].rstrip(")")
    raise BackupProblem("the base backup has no label")


def _copy_ledgers(found: Places) -> Path:
    """The ledgers beside the log, and which entry was the newest: a restore asks for it."""
    folder = found.spool / "ledger"
    make_private_folder(folder)
    for name in (ERASURES, REPLAY):
        path = ledger_path(name, found.keys)
        copy = folder / f"{name}.jsonl"
        if path.exists():
            copy.write_bytes(path.read_bytes())
        else:
            copy.unlink(missing_ok=True)
    (folder / "heads.json").write_text(json.dumps(heads(found.keys)))
    return folder
