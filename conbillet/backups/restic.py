"""restic, the program that encrypts, splits and stores: what we ask it, and what its answers mean.

It runs with an environment of its own, so that nothing of ours (passwords of other things, PG… variables) reaches it. What it
writes down in the clear is no more than the name `conbillet`: host and user stand in its key files, which are not encrypted.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from .places import REGION, BackupProblem, Places

HOST = "conbillet"
Say = Callable[[str], None]
FORMAT = "%Y%m%dT%H%M%S.%fZ"


def silent(line: str) -> None:
    """For callers that show no progress."""


class ResticFailed(BackupProblem):
    """restic ended with an error; `output` is what it said."""

    def __init__(self, what: str, output: str) -> None:
        self.output = output
        lines = [line for line in output.strip().splitlines() if line.strip()]
        super().__init__(f"{what}: {lines[-1] if lines else 'restic gave no reason'}")


class WrongKey(ResticFailed):
    """The repository is there, but our password does not open it."""


class NoRepository(ResticFailed):
    """There is no repository in that place."""


@dataclass(frozen=True)
class Snapshot:
    """One snapshot. `marks` are its tags of the form name=value; `kind` is the one without a value."""

    id: str
    at: datetime
    kind: str
    marks: dict[str, str]
    paths: tuple[Path, ...]

    @property
    def until(self) -> datetime:
        """The moment that the snapshot surely contains."""
        return datetime.strptime(self.marks["until"], FORMAT).replace(tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """A moment as it stands in a tag."""
    return moment.astimezone(UTC).strftime(FORMAT)


class Restic:
    """One repository."""

    def __init__(self, place: str, password: Path, found: Places) -> None:
        self.place = place
        self.password = password
        program = shutil.which("restic")
        if program is None:
            raise BackupProblem("restic is missing: install it (sudo apt-get install restic)")
        self._program = program
        self._cache = found.spool / "cache"
        self._options = ["-o", f"s3.region={REGION}"] if place.startswith("s3:") else []
        if found.ca_file:
            self._options += ["--cacert", found.ca_file]
        kept = ("PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "LANG")
        self._environment = {name: os.environ[name] for name in kept if name in os.environ}
        if place.startswith("s3:"):
            self._environment |= {"AWS_ACCESS_KEY_ID": found.access_key, "AWS_SECRET_ACCESS_KEY": found.secret_key}

    # --- what others call --------------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Whether there is a repository that our password opens; raises WrongKey when another one does."""
        try:
            self.ask("cat", "config")
        except NoRepository:
            return False
        return True

    def create(self) -> None:
        """Make the repository, with a key file that names nobody."""
        if "://" not in self.place and not self.place.startswith("sftp:"):
            Path(self.place).parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix="conbillet-", buffering=0) as passing:
            passing.write(token_urlsafe(32).encode())
            mine, self.password = self.password, Path(passing.name)
            try:
                self.ask("init")
                self.ask("key", "add", "--host", HOST, "--user", HOST, "--new-password-file", str(mine))
            finally:
                self.password = mine
        for key in json.loads(self.ask("key", "list", "--json")):
            if not key["current"]:  # the first one, which names this machine and its user
                self.ask("key", "remove", key["id"])

    def backup(self, paths: Iterable[Path], *, kind: str, marks: dict[str, str], say: Say = silent) -> str:
        """Store the folders as they are; the snapshot's id. A file that vanished meanwhile is no reason to give up: once more."""
        tags = [kind, *(f"{name}={value}" for name, value in marks.items())]
        command = ["backup", "--json", "--host", HOST, *(word for tag in tags for word in ("--tag", tag))]
        command += [str(path) for path in paths]
        try:
            return self._backup(command, say)
        except ResticFailed:
            self._once(("unlock",))
            return self._backup(command, say)

    def snapshots(self, kind: str | None = None) -> list[Snapshot]:
        """All of them, or those of a kind; the oldest first."""
        found = [_snapshot(row) for row in json.loads(self.ask("snapshots", "--json") or "null") or []]
        return sorted((one for one in found if kind in {None, one.kind}), key=lambda one: one.at)

    def restore(self, snapshot: Snapshot, target: Path) -> dict[str, Path]:
        """Bring the snapshot's folders back below `target`; where each is, by its last name."""
        self.ask("restore", snapshot.id, "--target", str(target), "--verify")
        return {path.name: target / path.relative_to("/") for path in snapshot.paths}

    def read(self, snapshot: Snapshot, path: Path) -> bytes:
        """One file of the snapshot."""
        done = self._run("dump", snapshot.id, str(path))
        return done.stdout

    def check(self, *, part: str = "", everything: bool = False) -> None:
        """Structure and sizes always; contents too, of `part` (`n/m`) or of everything. Raises ResticFailed."""
        more = ["--read-data"] if everything else [f"--read-data-subset={part}"] if part else []
        self.ask("check", *more)

    def forget(self, ids: Iterable[str]) -> int:
        """Remove these snapshots, and what nothing else needs: all of it, since a promise hangs on its being gone."""
        doomed = list(ids)
        if doomed:
            self.ask("forget", *doomed)
            self.ask("prune", "--max-unused", "0")
        return len(doomed)

    def ask(self, *words: str) -> str:
        return self._run(*words).stdout.decode(errors="replace")

    # --- how it is done ----------------------------------------------------------------------------------------------

    def _command(self, words: Iterable[str]) -> list[str]:
        where = ["-r", self.place, "--password-file", str(self.password), "--cache-dir", str(self._cache)]
        return [self._program, *where, *self._options, *words]

    def _run(self, *words: str) -> "subprocess.CompletedProcess[bytes]":
        done = self._once(words)
        if done.returncode != 0 and b"already locked" in done.stderr:
            self._once(("unlock",))  # of a program that was killed; a living one's lock stays
            done = self._once(words)
        if done.returncode != 0:
            raise _failure(words[0], (done.stderr or done.stdout).decode(errors="replace"))
        return done

    def _once(self, words: Iterable[str]) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(  # noqa: S603
            self._command(words), env=self._environment, capture_output=True, stdin=subprocess.DEVNULL
        )

    def _backup(self, command: list[str], say: Say) -> str:
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(  # noqa: S603
                self._command(command),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            found, told = "", 0.0
            assert process.stdout is not None
            for line in process.stdout:
                message: dict[str, Any] = _json(line)
                if message.get("message_type") == "summary":
                    found = str(message["snapshot_id"])
                share = float(message.get("percent_done") or 0)
                if share >= told + 0.1 and message.get("total_bytes"):
                    told = share
                    say(f"{share:.0%} of {message['total_bytes'] / 1e6:,.0f} MB")
            if process.wait() != 0 or not found:
                errors.seek(0)
                raise _failure("backup", errors.read().decode(errors="replace"))
        return found


def _json(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _failure(what: str, output: str) -> ResticFailed:
    text = output.lower()
    if "wrong password" in text or "no key found" in text:
        return WrongKey(f"the key does not open the repository ({what})", output)
    if "is there a repository at" in text or "unable to open config file" in text or "does not exist" in text:
        return NoRepository(f"no repository there ({what})", output)
    return ResticFailed(f"restic {what} failed", output)


def _snapshot(row: dict[str, Any]) -> Snapshot:
    tags = row.get("tags") or []
    marks = dict(tag.split("=", 1) for tag in tags if "=" in tag)
    kind = next((tag for tag in tags if "=" not in tag), "")
    moment = row["time"][:19] + "+00:00" if row["time"].endswith("Z") else row["time"][:19] + row["time"][-6:]
    return Snapshot(row["id"], datetime.fromisoformat(moment), kind, marks, tuple(Path(path) for path in row["paths"]))
