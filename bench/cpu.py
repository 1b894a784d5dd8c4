"""CPU time of groups of processes, from /proc: what an operation costs over web, worker and database together."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """A process and everything below it that is alive."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def seconds(root: int) -> float:
    """User and system time so far of a process tree, ended children that were waited for included."""
    total = 0
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(fields[index]) for index in (11, 12, 13, 14))
    return total / _TICK


def resident_mb(root: int) -> list[float]:
    """Resident memory of each process of a tree, in MB, largest first."""
    found = []
    for pid in tree(root):
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
        found.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
    return sorted(found, reverse=True)


@dataclass
class Meter:
    """Reads several process trees before and after something: `with meter: …`, then `meter.ms(count)`."""

    roots: dict[str, int]

    def __enter__(self) -> "Meter":
        self.before = {name: seconds(root) for name, root in self.roots.items()}
        return self

    def __exit__(self, *_: object) -> None:
        self.spent = {name: seconds(root) - self.before[name] for name, root in self.roots.items()}

    def ms(self, count: int) -> dict[str, float]:
        """CPU milliseconds an operation, by group."""
        return {name: spent * 1000 / count for name, spent in self.spent.items()}
