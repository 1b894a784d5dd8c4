"""How backups stand, as the desk, the doctor and the alarms see it: from the state that they left."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import state

# After how long without a good one an alarm is given.
TOO_OLD = {
    "push": timedelta(minutes=30),
    "base": timedelta(days=2),
    "keys": timedelta(hours=6),
    "dump": timedelta(days=9),
    "verify": timedelta(days=3),
    "retention": timedelta(days=2),
    "drill": timedelta(days=9),
}
LITTLE_ROOM = 0.1  # of the disk


@dataclass(frozen=True)
class Part:
    """One kind of work. `trouble` is `failed`, `late`, `never`, or empty."""

    kind: str
    good_at: datetime | None
    trouble: str
    reason: str
    seconds: int | None


@dataclass(frozen=True)
class BackupHealth:
    """`set_up` is false where no place is named. `until` is the moment that can be restored from here on."""

    set_up: bool
    parts: tuple[Part, ...] = ()
    until: datetime | None = None
    free: float = 1.0

    @property
    def troubles(self) -> list[Part]:
        return [part for part in self.parts if part.trouble]

    @property
    def disk_is_filling(self) -> bool:
        return self.free < LITTLE_ROOM

    @property
    def drill(self) -> Part | None:
        return next((part for part in self.parts if part.kind == "drill"), None)


def backup_health(*, chosen: dict[str, str], data: Path, now: datetime) -> BackupHealth:
    """What is known; `chosen` are the settings of backups."""
    if not chosen["repository"]:
        return BackupHealth(set_up=False)
    spool = Path(chosen["spool"] or data / "backups")
    known = state.read(spool)
    kinds = [kind for kind in state.KINDS if kind != "dump" or chosen["age_recipient"]]
    there = next(path for path in (spool, *spool.parents) if path.exists())
    usage = shutil.disk_usage(there)
    until = state.moment(known.get("push", {}), "until")
    return BackupHealth(
        True, tuple(_part(kind, known.get(kind, {}), now) for kind in kinds), until, usage.free / usage.total
    )


def _part(kind: str, known: dict[str, Any], now: datetime) -> Part:
    good_at, failed_at = state.moment(known, "good_at"), state.moment(known, "failed_at")
    if failed_at is not None:
        trouble = "failed"
    elif good_at is None:
        trouble = "never"
    else:
        trouble = "late" if now - good_at > TOO_OLD[kind] else ""
    return Part(kind, good_at, trouble, str(known.get("reason", "")), known.get("seconds"))
