"""All state, in memory and in an append-only journal: one line per transaction, so a killed process loses nothing.

An object is a *kind*, an *owner* (a connected account's id, or "" for the platform), a JSON *body* as the API shows
it, and *hidden* facts beside it. The journal is rewritten when the program starts and most of it is history.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conbillet.demo.fake_stripe.errors import Json

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
IDEMPOTENCY_SECONDS = 24 * 3600


def new_id(prefix: str, length: int = 24) -> str:
    """An unguessable id such as `pi_…`."""
    return prefix + "".join(ALPHABET[byte % 62] for byte in secrets.token_bytes(length))


def copy_json(value: Any) -> Any:
    """A deep copy of a JSON value."""
    if isinstance(value, dict):
        return {key: copy_json(child) for key, child in value.items()}
    if isinstance(value, list):
        return [copy_json(child) for child in value]
    return value


@dataclass
class Record:
    """One stored object."""

    kind: str
    owner: str
    body: Json
    hidden: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.body["id"])

    def copy(self) -> Record:
        """A copy that may be changed."""
        return Record(self.kind, self.owner, copy_json(self.body), copy_json(self.hidden))


class Change:
    """One transaction: reads see its own writes; nothing is real before the store commits it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.records: dict[str, Record] = {}
        self.idempotency: dict[str, Json] = {}
        self.settings: Json = {}
        self.deliveries: list[str] = []

    def get(self, id_: str) -> Record | None:
        """A copy of an object for reading or changing, or None."""
        if id_ in self.records:
            return self.records[id_]
        found = self._store.records.get(id_)
        return found.copy() if found else None

    def all(self, kind: str, owner: str) -> list[Record]:
        """All records of a kind and owner, oldest first, with this transaction's own; for reading only."""
        stored = [self.records.get(record.id, record) for record in self._store.all(kind, owner)]
        new = [
            r for r in self.records.values() if (r.kind, r.owner) == (kind, owner) and r.id not in self._store.records
        ]
        return stored + new

    def put(self, record: Record) -> Record:
        """Store `record`, new or changed."""
        self.records[record.id] = record
        return record

    def add(self, kind: str, owner: str, body: Json, **hidden: Any) -> Record:
        """Store a new object."""
        return self.put(Record(kind, owner, body, hidden))


class Store:
    """The records, the answers kept for idempotency keys, and a few settings."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.path = folder / "journal.jsonl"
        self._guard = (folder / "lock").open("w")  # held as long as the process lives
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit(f"Another fake Stripe is using {folder}.") from None
        self._forget()
        lines = self._load()
        if lines > 2 * len(self.records) + 100:
            self._rewrite()
        self._journal = self.path.open("ab")

    def _forget(self) -> None:
        self.records: dict[str, Record] = {}
        self.lists: dict[tuple[str, str], list[str]] = {}
        self.positions: dict[str, int] = {}
        self.idempotency: dict[str, Json] = {}
        self.settings: Json = {}

    def _load(self) -> int:
        """Read the journal; a torn last line, left by a kill in the middle of a write, is cut off."""
        if not self.path.exists():
            return 0
        count = good = 0
        with self.path.open("rb") as file:
            for line in file:
                try:
                    entry = json.loads(line)
                except ValueError:
                    break
                good += len(line)
                count += 1
                for kind, owner, body, hidden in entry.get("put", []):
                    self._apply(Record(kind, owner, body, hidden))
                self.idempotency.update(entry.get("keys", {}))
                self.settings.update(entry.get("settings", {}))
        if good < self.path.stat().st_size:
            os.truncate(self.path, good)
        return count

    def _apply(self, record: Record) -> None:
        if record.id not in self.records:
            ids = self.lists.setdefault((record.owner, record.kind), [])
            self.positions[record.id] = len(ids)
            ids.append(record.id)
        self.records[record.id] = record

    def _rewrite(self) -> None:
        temporary = self.path.with_suffix(".new")
        with temporary.open("wb") as file:
            for record in self.records.values():
                file.write(encode({"put": [[record.kind, record.owner, record.body, record.hidden]]}))
            file.write(encode({"keys": self.idempotency, "settings": self.settings}))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)

    def commit(self, change: Change) -> None:
        """Write the transaction as one line of the journal, then make it real."""
        entry: Json = {}
        if change.records:
            entry["put"] = [[r.kind, r.owner, r.body, r.hidden] for r in change.records.values()]
        if change.idempotency:
            entry["keys"] = change.idempotency
        if change.settings:
            entry["settings"] = change.settings
        if not entry:
            return
        # Flushed to the kernel, which a kill -9 of this process cannot undo.
        self._journal.write(encode(entry))
        self._journal.flush()
        for record in change.records.values():
            self._apply(record)
        self.idempotency.update(change.idempotency)
        self.settings.update(change.settings)

    def close(self) -> None:
        """Wait for a running transaction and close the journal; nothing is stored after this."""
        self.lock.acquire()
        self._journal.close()

    def get(self, id_: str) -> Record | None:
        """The stored record itself: read it, do not change it."""
        return self.records.get(id_)

    def all(self, kind: str, owner: str | None = None) -> list[Record]:
        """All records of a kind, oldest first; of one owner or of all."""
        with self.lock:
            keys = [key for key in self.lists if key[1] == kind and owner in (None, key[0])]
            return [self.records[id_] for key in keys for id_ in self.lists[key]]

    def newest(self, kind: str) -> list[Record]:
        """All records of a kind, of all owners, newest first; those of one second in reverse order."""
        rows = self.all(kind)[::-1]
        rows.sort(key=lambda record: -record.body["created"])
        return rows

    def drop_old_keys(self, now: int) -> None:
        """Forget idempotency keys after a day, as the real API does."""
        with self.lock:
            old = [key for key, kept in self.idempotency.items() if kept["at"] < now - IDEMPOTENCY_SECONDS]
            for key in old:
                del self.idempotency[key]

    def reset(self, keep: tuple[str, ...] = ()) -> None:
        """Forget everything but the records of the kinds in `keep`."""
        with self.lock:
            kept = [record for record in self.records.values() if record.kind in keep]
            self._journal.close()
            self._forget()
            for record in kept:
                self._apply(record)
            self._rewrite()
            self._journal = self.path.open("ab")


def encode(entry: Json) -> bytes:
    """One line of the journal."""
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"
