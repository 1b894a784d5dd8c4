"""Is what is stored whole, and does our key open it? Asked of the bucket, not of what we remember having done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import wal
from .places import BackupProblem
from .restic import ResticFailed, Say, Snapshot, silent
from .stores import BASE, KEYS, PUSH, Stores

WEEK = 7


@dataclass(frozen=True)
class Trouble:
    """Something that is not as it should be."""

    what: str


def verify(opened: Stores, now: datetime, *, everything: bool = False, say: Say = silent) -> list[Trouble]:
    """All troubles of both repositories. Contents are read too: a seventh each day of the week, or everything."""
    part = "" if everything else f"{now.isoweekday()}/{WEEK}"
    found: list[Trouble] = []
    for name, one in (("backups", opened.main), ("keys' backups", opened.keys)):
        say(f"reading {'all' if everything or one is opened.keys else 'a seventh'} of the {name}")
        try:
            one.check()  # quick, and what it finds would make the reading wait for contents that never come
            one.check(part="" if one is opened.keys else part, everything=everything or one is opened.keys)
        except ResticFailed as reason:
            found.append(Trouble(f"the {name} are damaged: {reason}"))
    say("looking for gaps in the log")
    found += [Trouble(text) for text in _gaps(opened)]
    if not opened.keys.snapshots(KEYS):
        found.append(Trouble("there is no backup of the keys"))
    return found


def _gaps(opened: Stores) -> Iterator[str]:
    """For the newest push and the bases that it must continue: is all of the log there?"""
    pushes, bases = opened.main.snapshots(PUSH), opened.main.snapshots(BASE)
    if not pushes or not bases:
        yield "there is no base backup" if pushes else "there is no backup of the log"
        return
    for base in bases:
        push = _first_after(pushes, base, bases)
        if push is None:
            yield f"the base backup of {base.until:%Y-%m-%d %H:%M} has no log after it"
            continue
        try:
            names = names_of_log(opened, push)
        except BackupProblem as reason:
            yield f"the log of {push.until:%Y-%m-%d %H:%M} cannot be listed: {reason}"
            continue
        missing = wal.gap(names, base.marks["first"], int(push.marks["segment"]))
        if missing:
            yield f"the log has a gap after the base backup of {base.until:%Y-%m-%d %H:%M}: {missing} is missing"


def _first_after(pushes: list[Snapshot], base: Snapshot, bases: list[Snapshot]) -> Snapshot | None:
    """The last push before the next base but one: it holds all of the log between, or there is a gap."""
    mine = [one for one in bases if one.marks["system"] == base.marks["system"] and one.until > base.until]
    end = mine[1].until if len(mine) > 1 else None
    fitting = [
        one for one in pushes
        if one.marks["system"] == base.marks["system"] and one.until >= base.until and (end is None or one.until < end)
    ]  # fmt: skip
    return fitting[-1] if fitting else None


def names_of_log(opened: Stores, push: Snapshot) -> list[str]:
    """The segments in a push."""
    folder = next(path for path in push.paths if path.name == push.marks["system"])
    listed = opened.main.ask("ls", push.id, str(folder)).splitlines()
    return [Path(line).name for line in listed if line.startswith("/")]
