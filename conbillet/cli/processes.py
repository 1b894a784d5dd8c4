"""Starting, finding and ending processes. Linux only: it reads /proc."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from conbillet.config import leash

MARK = "CONBILLET_SUPERVISED"  # in the environment of every child: the data folder that it belongs to


class FolderLock:
    """A lock that the kernel frees when its holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def take(self) -> bool:
        """Take it if nobody has it; True when it is ours (already or now)."""
        if self._file is None:
            file = self.path.open("a")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
        return True

    def free(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def start_leashed(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    log: IO[bytes] | int | None = subprocess.DEVNULL,
    death_signal: int = signal.SIGKILL,
    unprivileged: bool = False,
    user: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own that ends when the calling thread's process ends."""
    options = ["--parent", str(os.getpid()), "--signal", str(int(death_signal))]
    options += ["--unprivileged"] if unprivileged else []
    # Only then: somebody else may not be able to reach our Python at all.
    options += ["--user", str(user)] if user is not None else []
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(leash.__file__)), *options, "--", *command],
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


def parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None


def pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def supervised_by(data: Path) -> list[int]:
    """Processes that a supervisor of this data folder started and that are still there, whoever their parent is now."""
    mark = f"{MARK}={data}".encode()
    found = []
    for pid in pids():
        try:
            if pid != os.getpid() and mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") and alive(pid):
                found.append(pid)
        except OSError:
            continue
    return found


def send(targets: Iterable[int], signal_number: int, *, groups: bool = False) -> None:
    for pid in targets:
        try:
            (os.killpg if groups else os.kill)(pid, signal_number)
        except (ProcessLookupError, PermissionError):
            continue


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.02) -> bool:
    """Whether the condition became true within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every)
    return True


def end_all(targets: Iterable[int], *, seconds: float) -> None:
    """SIGTERM, and SIGKILL to what is left after the given time."""
    targets = list(targets)
    send(targets, signal.SIGTERM)
    if not wait_until(lambda: not any(map(alive, targets)), seconds=seconds):
        send([pid for pid in targets if alive(pid)], signal.SIGKILL)
        wait_until(lambda: not any(map(alive, targets)), seconds=1)


def start_time(pid: int) -> int | None:
    """When the process started, in ticks since boot: with its number, an identity. None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else int(fields[19])
    except (OSError, IndexError):
        return None
