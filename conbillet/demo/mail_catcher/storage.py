"""The mails: one .eml file each, with a small .json beside it for the envelope. The oldest go when it gets too much."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Mail:
    """The envelope of a mail, what the list shows. `at` is seconds since 1970."""

    id: int
    sender: str
    to: tuple[str, ...]
    subject: str
    at: float
    size: int

    def describe(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "to": list(self.to), "from": self.sender}

    def goes_to(self, wanted: str) -> bool:
        """Whether a recipient is the address `wanted`; a part of an address, such as `@firma.dk`, finds all with it."""
        wanted = wanted.strip().lower()
        whole = "@" in wanted[1:]
        return any(wanted == to.lower() if whole else wanted in to.lower() for to in self.to)


def plain_subject(raw: bytes) -> str:
    """The subject, decoded as far as it can be."""
    value = str(BytesHeaderParser().parsebytes(raw[:65536]).get("subject", ""))
    try:
        return str(make_header(decode_header(value))).replace("\n", " ").replace("\r", "")
    except (LookupError, UnicodeError, ValueError):
        return value


class Storage:
    """All mails that were kept, in the order in which they came."""

    def __init__(self, folder: Path, *, most: int, most_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._most, self._most_bytes = most, most_bytes
        self._changed = threading.Condition()
        self._mails: dict[int, Mail] = dict(self._read_folder())
        self._last = max(self._mails, default=0)
        self._bytes = sum(mail.size for mail in self._mails.values())

    def _read_folder(self) -> Iterator[tuple[int, Mail]]:
        for path in sorted(self._folder.glob("*.eml")):
            try:
                about = json.loads(path.with_suffix(".json").read_text())
                yield (
                    int(path.stem),
                    Mail(int(path.stem), size=path.stat().st_size, **{**about, "to": tuple(about["to"])}),
                )
            except (OSError, ValueError, KeyError, TypeError):
                # Killed between the two files: the sender was not told that the mail arrived, and sends it again.
                continue

    def path(self, id_: int) -> Path:
        """The .eml file of a mail."""
        return self._folder / f"{id_:09d}.eml"

    def add(self, sender: str, to: list[str], raw: bytes) -> Mail:
        """Keep a mail, durable against a killed process when this returns."""
        subject, at = plain_subject(raw), time.time()
        with self._changed:
            self._last += 1
            mail = Mail(self._last, sender, tuple(to), subject, at, len(raw))
            about = {"sender": sender, "to": to, "subject": subject, "at": at}
            path = self.path(mail.id)
            path.with_suffix(".json").write_text(json.dumps(about))
            path.with_suffix(".part").write_bytes(raw)
            path.with_suffix(".part").replace(path)
            self._mails[mail.id] = mail
            self._bytes += mail.size
            while len(self._mails) > self._most or (self._bytes > self._most_bytes and len(self._mails) > 1):
                self._remove(next(iter(self._mails)))
            self._changed.notify_all()
        return mail

    def _remove(self, id_: int) -> None:
        mail = self._mails.pop(id_, None)
        if mail:
            self._bytes -= mail.size
            self.path(id_).unlink(missing_ok=True)
            self.path(id_).with_suffix(".json").unlink(missing_ok=True)

    def remove(self, id_: int) -> None:
        """Delete one mail."""
        with self._changed:
            self._remove(id_)

    def clear(self) -> None:
        """Delete all mails. Ids go on counting, so that `since` stays true."""
        with self._changed:
            for id_ in list(self._mails):
                self._remove(id_)

    def get(self, id_: int) -> tuple[Mail, bytes] | None:
        """A mail and its bytes."""
        mail = self._mails.get(id_)
        try:
            return (mail, self.path(id_).read_bytes()) if mail else None
        except FileNotFoundError:
            return None

    def newest(self, *, to: str = "", since: int = 0, limit: int = 1000) -> list[Mail]:
        """Mails newest first, to an address, with an id above `since`."""
        with self._changed:
            found = [
                mail for mail in reversed(self._mails.values()) if mail.id > since and (not to or mail.goes_to(to))
            ]
        return found[:limit]

    def wait(self, *, to: str, after: int, seconds: float) -> Mail | None:
        """The oldest mail to `to` with an id above `after`, as soon as it comes; None after `seconds`."""
        found: list[Mail] = []

        def there() -> bool:
            for mail in self._mails.values():
                if mail.id > after and (not to or mail.goes_to(to)):
                    found.append(mail)
                    return True
            return False

        with self._changed:
            self._changed.wait_for(there, timeout=seconds)
        return found[0] if found else None
