"""Backups by the clock: what is due at each round."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connections

from conbillet.backups import retention, state
from conbillet.backups.places import BackupProblem, places
from conbillet.backups.stores import BASE, Stores, one_at_a_time, stores
from conbillet.cli import backups
from conbillet.cli.progress import say
from conbillet.core import clock
from conbillet.workflows.replay import record

ROUND = timedelta(minutes=5)  # what can be lost with the machine
EVERY = {
    "keys": timedelta(hours=1),
    "base": timedelta(days=1),
    "dump": timedelta(days=7),
    "retention": timedelta(hours=1),
    "verify": timedelta(days=1),
    "drill": timedelta(days=7),
}


def rounds(owner_url: str, *, once: bool) -> int:
    """Round after round; with `once` a single one, whose exit code is 1 when something failed."""
    while True:
        began = clock.now()
        failures = one_round(owner_url)
        connections.close_all()  # the database may be started anew before the next one
        for failure in failures:
            say(failure)
        if once:
            return 1 if failures else 0
        time.sleep(max(1.0, (ROUND - (clock.now() - began)).total_seconds()))


def one_round(owner_url: str) -> list[str]:
    """Everything that is due; what went wrong, one sentence each. One failure does not hold up the rest."""
    found = places()
    failures: list[str] = []
    with one_at_a_time(found):
        try:
            server = backups.server_of(owner_url)
            opened = stores(found, create=True, say=say)
        except BackupProblem as reason:
            state.failed(found.spool, "push", clock.now(), str(reason))
            return [str(reason)]
        work: list[tuple[str, Callable[[], object]]] = [
            ("base", lambda: backups.base_now(opened, server, say=say)),
            ("push", lambda: (record(now=clock.now()), backups.push_now(opened, server))),
            ("keys", lambda: backups.keys_now(opened)),
            ("dump", lambda: backups.dump_now(opened, server)),
            ("retention", lambda: _remove_old(opened)),
            ("verify", lambda: backups.verify_now(opened)),
        ]
        for kind, do in work:
            if kind == "dump" and not found.age_recipient:
                continue
            if kind == "base" and not opened.main.snapshots(BASE) or is_due(opened, kind, clock.now()):
                _try(kind, do, failures)
    if is_due(opened, "drill", clock.now()):
        # A program of its own: it works on another database.
        done = subprocess.run(
            [sys.executable, "-m", "conbillet.cli", "backup", "drill"], capture_output=True, text=True
        )
        if done.returncode != 0:
            failures.append(f"drill: {done.stderr.strip()[-300:]}")
    return failures


def is_due(opened: Stores, kind: str, now: datetime) -> bool:
    """A push always; the rest when the last good one is old enough. What failed is tried again after an hour."""
    if kind == "push":
        return True
    known = state.read(opened.places.spool).get(kind, {})
    failed_at = state.moment(known, "failed_at")
    if failed_at is not None:
        return now - failed_at >= min(EVERY[kind], timedelta(hours=1))
    good_at = state.moment(known, "good_at")
    return good_at is None or now - good_at >= EVERY[kind]


def _try(kind: str, do: Callable[[], object], failures: list[str]) -> None:
    try:
        do()
    except Exception as reason:  # whatever it is, the others are due as well; the state keeps it
        failures.append(f"{kind}: {reason}")


def _remove_old(opened: Stores) -> None:
    """Keys at each hour, since their days are few; backups with them."""
    spool, now = opened.places.spool, clock.now()
    try:
        retention.forget_keys(opened, now)
        gone = retention.forget_backups(opened, now)
    except Exception as reason:
        state.failed(spool, "retention", now, str(reason))
        raise
    state.good(spool, "retention", now, removed=gone)
