"""What must not come undone by a restore, in files outside the database: where they are, and the newest entry of each.

Two ledgers of one kind (`erasure_ledger.py`): who was to be forgotten, and what else was taken back since (a consent
withdrawn, a ticket made invalid). The second one names things by keyed hashes, so that it says nothing to whoever lacks our
key, and so that a number that is given anew after a restore never means something else.
"""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from .erasure_ledger import Erasure, ErasureLedger
from .keys import InstallationKeys

KEY = "replay"
ERASURES, REPLAY = "erasures", "replay"


def ledger_path(name: str, keys: Path | None = None) -> Path:
    """The file of a ledger (`erasures` or `replay`), below the installation's keys."""
    return (keys or Path(settings.CONBILLET_KEYS)) / name / "ledger.jsonl"


def replay_ledger() -> ErasureLedger:
    return ErasureLedger(ledger_path(REPLAY))


def heads(keys: Path | None = None) -> dict[str, list[object] | None]:
    """The newest entry of each ledger as number and hash; None for one that has none. Raises LedgerBroken."""
    found: dict[str, list[object] | None] = {}
    for name in (ERASURES, REPLAY):
        last = _last(ErasureLedger(ledger_path(name, keys)).entries())
        found[name] = [last.number, last.hash] if last else None
    return found


def holds(path: Path, head: list[object] | None) -> bool:
    """Whether the ledger in this file verifies and has the entry with this number and hash. Raises LedgerBroken."""
    found = head is None
    for entry in ErasureLedger(path).entries():  # to the end, so that all of it is verified
        found = found or [entry.number, entry.hash] == head
    return found


def name_of(*parts: object) -> UUID:
    """The keyed hash by which the ledger names a thing."""
    key = InstallationKeys(Path(settings.CONBILLET_KEYS)).key_for(KEY)
    text = "\x1f".join(str(part) for part in parts)
    return UUID(bytes=hmac.new(key, text.encode(), hashlib.sha256).digest()[:16])


def _last(entries: Iterator[Erasure]) -> Erasure | None:
    last = None
    for entry in entries:
        last = entry
    return last
