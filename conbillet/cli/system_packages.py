"""Programs of the system that backups need: found, or as root on Debian and Ubuntu installed, or asked for in one sentence."""

import os
import shutil
import subprocess
from collections.abc import Callable

from conbillet.backups.places import BackupProblem

FOR_BACKUPS = ("restic", "age")  # each is the name of a program and of its package
Say = Callable[[str], None]


def obtain(*wanted: str, say: Say = lambda line: None) -> list[str]:
    """See to it that the programs are there; which had to be installed. Raises BackupProblem."""
    missing = [name for name in wanted if shutil.which(name) is None]
    if not missing:
        return []
    names = " ".join(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise BackupProblem(f"backups need {' and '.join(missing)}: install it (sudo apt-get install {names})")
    say(f"installing {names} with apt-get")
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *command], env=quiet, capture_output=True, text=True)
        if done.returncode:
            raise BackupProblem(f"apt-get {command[0]} failed, so {names} is missing: {done.stderr.strip()[-300:]}")
    if still := [name for name in missing if shutil.which(name) is None]:
        raise BackupProblem(f"{' and '.join(still)} was installed with apt-get, but cannot be found")
    return missing
