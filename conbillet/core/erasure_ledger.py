"""The erasure ledger: who was to be forgotten, kept in a file of its own beside the database.

A restored backup brings erased people back; replaying this ledger erases them again. It therefore survives the
database, holds no personal data (a subject's id, a scope, a time), is only ever appended to, and is forced to disk
before an erasure counts as recorded. Each line carries the hash of the one before it, so that an edited, removed or
reordered line shows.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from conbillet.core.files import PRIVATE_FILE, locked, make_private_folder, sync_folder

LONGEST_LINE = 1024
_START = "0" * 64
_SCOPE = re.compile(r"[a-z][a-z0-9_.:-]{0,199}")


class LedgerBroken(Exception):
    """The ledger does not verify. `line` is the first line (from 1) that does not fit."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"erasure ledger, line {line}: {reason}")
        self.line = line


@dataclass(frozen=True)
class Erasure:
    """One entry. `erased_at` is UTC; `scope` says what was erased, for example `account` or `newsletter:<id>`."""

    number: int
    subject: UUID
    scope: str
    erased_at: datetime
    previous: str
    hash: str


class ErasureLedger:
    """The ledger in the file `path`. Safe for several processes at once."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)

    def append(self, *, subject: UUID, scope: str, now: datetime) -> Erasure:
        """Record an erasure and force it to disk. Once this returns, the entry survives a power cut.

        `scope` is a technical name (lower-case letters, digits, `_.:-`), so that nothing personal slips in.
        Raises LedgerBroken when the last line is not a proper entry: then a human has to look.
        """
        if now.utcoffset() is None:
            raise ValueError("the time of an erasure needs a time zone")
        if not _SCOPE.fullmatch(scope):
            raise ValueError(f"not a scope: {scope!r}")
        make_private_folder(self._path.parent)
        with locked(self._path.with_name(self._path.name + ".lock")):
            is_new = not self._path.exists()
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
            with os.fdopen(descriptor, "r+b") as file:
                last = _drop_torn_line(file.fileno())
                number, previous = (last.number + 1, last.hash) if last else (1, _START)
                entry = _chained(number, previous, subject, scope, now.astimezone(UTC))
                file.seek(0, os.SEEK_END)
                file.write(_line(entry))
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                sync_folder(self._path.parent)
            return entry

    def entries(self) -> Iterator[Erasure]:
        """All entries from the oldest on, each checked against the one before. Raises LedgerBroken on the way.

        A last line without its line end is skipped: whoever wrote it was killed before it counted.
        """
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        number, previous = 0, _START
        with file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if not line.endswith(b"\n"):
                    if len(line) > LONGEST_LINE:
                        raise LedgerBroken(number, "the line is too long")
                    return
                entry = _parsed(line, number, previous)
                previous = entry.hash
                yield entry

    def verify(self, known: Erasure | None = None) -> int:
        """Check the whole chain; how many entries it has. Raises LedgerBroken.

        A chain cannot show by itself that its end was cut off: pass the newest entry `known` from elsewhere for that.
        """
        count = 0
        found = known is None
        for entry in self.entries():
            count = entry.number
            found = found or entry == known
        if not found:
            raise LedgerBroken(count + 1, "an entry that is known to exist is missing")
        return count


def _chained(number: int, previous: str, subject: UUID, scope: str, erased_at: datetime) -> Erasure:
    digest = _digest(number, subject, scope, erased_at, previous)
    return Erasure(number, subject, scope, erased_at, previous, digest)


def _digest(number: int, subject: UUID, scope: str, erased_at: datetime, previous: str) -> str:
    content = json.dumps([number, str(subject), scope, erased_at.isoformat(), previous], separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _line(entry: Erasure) -> bytes:
    fields = {
        "number": entry.number,
        "subject": str(entry.subject),
        "scope": entry.scope,
        "erased_at": entry.erased_at.isoformat(),
        "previous": entry.previous,
        "hash": entry.hash,
    }
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes, number: int, previous: str) -> Erasure:
    """The entry on this line, if it is the one with this number after the hash `previous`; LedgerBroken if not."""
    try:
        fields = json.loads(line)
        entry = Erasure(
            number=fields["number"],
            subject=UUID(fields["subject"]),
            scope=fields["scope"],
            erased_at=datetime.fromisoformat(fields["erased_at"]),
            previous=fields["previous"],
            hash=fields["hash"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LedgerBroken(number, "the line cannot be read") from None
    expected = _chained(number, previous, entry.subject, entry.scope, entry.erased_at)
    if entry != expected or _line(entry) != line:
        raise LedgerBroken(number, "the line was altered, or one before it removed or moved")
    return entry


def _drop_torn_line(descriptor: int) -> Erasure | None:
    """Cut off a last line that a killed writer left unfinished (it never counted); the entry that is last then."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - 2 * LONGEST_LINE)
    tail = os.pread(descriptor, size - start, start)
    complete = tail.rfind(b"\n") + 1
    if complete == 0 and (start > 0 or size > LONGEST_LINE):
        raise LedgerBroken(1, "the end of the file is not a ledger")
    if complete < len(tail):
        os.ftruncate(descriptor, start + complete)
    if complete == 0:
        return None
    line = tail[tail.rfind(b"\n", 0, complete - 1) + 1 : complete]
    return _trusted(line)


def _trusted(line: bytes) -> Erasure:
    """The last entry, checked on its own; the chain before it is `verify`'s business."""
    try:
        fields = json.loads(line)
        number, previous = int(fields["number"]), str(fields["previous"])
    except (ValueError, KeyError, TypeError):
        raise LedgerBroken(0, "the last line cannot be read") from None
    return _parsed(line, number, previous)
