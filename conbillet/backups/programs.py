"""PostgreSQL's own programs, and how they are told where the server is without showing a password."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from .places import BackupProblem

NEEDED = ("pg_basebackup", "pg_receivewal", "pg_verifybackup", "pg_dump")


class ProgramFailed(BackupProblem):
    """One of PostgreSQL's programs ended with an error; `output` is what it said."""

    def __init__(self, name: str, output: str) -> None:
        self.output = output
        lines = [line for line in output.strip().splitlines() if line.strip()]
        super().__init__(f"{name} failed: {lines[-1] if lines else 'no reason given'}")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL to be backed up: its address, as somebody who may replicate, and a folder of programs of its version or a
    newer one (`major` is theirs)."""

    url: str
    programs: Path
    major: int

    def run(self, name: str, *words: str) -> str:
        """Run a program against the server. Raises ProgramFailed."""
        url, password = without_password(self.url)
        return run(self.programs, name, *words, "-d", url, password=password)


def run(programs: Path, name: str, *words: str, password: str = "") -> str:
    """Run a program without our environment; what it printed. Raises ProgramFailed."""
    done = subprocess.run(  # noqa: S603
        [str(programs / name), *words], env=plain(password), capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise ProgramFailed(name, done.stderr)
    return done.stdout


def plain(password: str = "") -> dict[str, str]:
    """An environment with messages in English and, if need be, the password: arguments are shown to everybody, this is not."""
    found = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": "/", "TZ": "UTC"}
    return found | ({"PGPASSWORD": password} if password else {})


def without_password(url: str) -> tuple[str, str]:
    """The address without its password, and the password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, ""
    place = parts.netloc.rpartition("@")[2]
    user = quote(unquote(parts.username or ""))
    return urlunsplit(parts._replace(netloc=f"{user}@{place}")), unquote(parts.password)
