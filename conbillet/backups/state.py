"""What backups did last, in a file beside them: read by the desk, the doctor and the alarms, also when the database is gone.

It holds times, sizes and reasons, and nothing about anybody.
"""

import json
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from conbillet.core.files import PRIVATE_FILE, locked, make_private_folder

KINDS = ("base", "push", "keys", "dump", "verify", "retention", "drill")


def read(spool: Path) -> dict[str, dict[str, Any]]:
    """For each kind what is known: `good_at`, `failed_at`, `reason`, and what else was noted with the last good one."""
    try:
        found = json.loads((spool / "state.json").read_text())
    except FileNotFoundError:
        return {}
    return {kind: found[kind] for kind in KINDS if kind in found}


def good(spool: Path, kind: str, now: datetime, **facts: Any) -> None:
    """It went well; an earlier failure is forgotten."""
    _write(spool, kind, {"good_at": now.isoformat(), **facts})


def failed(spool: Path, kind: str, now: datetime, reason: str) -> None:
    """It went wrong; when it last went well stays known."""
    known = read(spool).get(kind, {})
    _write(spool, kind, {**known, "failed_at": now.isoformat(), "reason": reason[:300]})


def moment(known: dict[str, Any], name: str) -> datetime | None:
    """A moment of the state."""
    return datetime.fromisoformat(known[name]) if known.get(name) else None


def _write(spool: Path, kind: str, known: dict[str, Any]) -> None:
    make_private_folder(spool)
    path = spool / "state.json"
    with locked(spool / ".state.lock"):
        found = {**read(spool), kind: known}
        new = path.with_name(f".state.{secrets.token_hex(8)}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w") as file:
            json.dump(found, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
