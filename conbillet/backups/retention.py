"""How long what is kept, and the removal of what is older: really gone, not only forgotten.

restic's own `--keep-within` counts from the newest snapshot, so that what is old would stay for ever once backups stop. Here
the clock decides.
"""

from datetime import datetime, timedelta

from .bucket import Objects
from .places import BackupProblem
from .restic import Say, Snapshot, silent
from .stores import BASE, KEYS, PUSH, Stores

BACKUPS_KEPT = timedelta(days=30)
DUMPS_KEPT = timedelta(weeks=8)
KEYS_KEPT = timedelta(hours=72)
# Pushes older than a day are thinned to one an hour: each holds the log since the last base but one, so every second of the
# thirty days stays within reach.
ALL_PUSHES = timedelta(days=1)
MARGIN = timedelta(hours=2)  # the removal runs every hour, and takes a while


def too_old(snapshots: list[Snapshot], kept: timedelta, now: datetime) -> list[str]:
    return [one.id for one in snapshots if one.at < now - kept + MARGIN]


def superfluous(pushes: list[Snapshot], now: datetime) -> list[str]:
    """Pushes of an hour but its last one, once they are a day old."""
    last: dict[tuple[str, datetime], Snapshot] = {}
    older = [one for one in pushes if one.at < now - ALL_PUSHES]
    for one in older:
        last[one.marks["system"], one.until.replace(minute=0, second=0, microsecond=0)] = one
    kept = {one.id for one in last.values()}
    return [one.id for one in older if one.id not in kept]


def forget_keys(opened: Stores, now: datetime) -> int:
    """Remove what is older than three days from the keys' backups. The newest goes too: then there is an alarm, and no key that
    should be gone."""
    return opened.keys.forget(too_old(opened.keys.snapshots(KEYS), KEYS_KEPT, now))


def forget_backups(opened: Stores, now: datetime, *, say: Say = silent) -> int:
    """Remove old backups and dumps; how many. Raises BackupProblem when the bucket itself keeps them longer than we promise."""
    bases, pushes = opened.main.snapshots(BASE), opened.main.snapshots(PUSH)
    doomed = too_old(bases, BACKUPS_KEPT, now) + too_old(pushes, BACKUPS_KEPT, now) + superfluous(pushes, now)
    say(f"removing {len(set(doomed))} old snapshots")
    gone = opened.main.forget(dict.fromkeys(doomed))
    objects = Objects(opened.places)
    longer = timedelta(days=objects.days_longer())
    if BACKUPS_KEPT + longer > DUMPS_KEPT:
        raise BackupProblem(
            f"the bucket keeps what was removed for another {longer.days} days: more than the "
            f"{(DUMPS_KEPT - BACKUPS_KEPT).days} that fit into the eight weeks that are promised"
        )
    for name in objects.names():
        taken = datetime.strptime(name.split(".")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=now.tzinfo)
        if taken < now - DUMPS_KEPT + longer + MARGIN:
            objects.remove(name)
            gone += 1
    return gone
