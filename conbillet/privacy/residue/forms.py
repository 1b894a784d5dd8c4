"""A value as programs may have written it: other case, other Unicode form, escaped, encoded, hashed without a key."""

import base64
import hashlib
import html
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

# Shorter ones are found everywhere by accident.
SHORTEST = 4


@dataclass(frozen=True, order=True)
class Hit:
    """Where a value was found: `value` is its number in the list (from 1), `form` how it was written."""

    place: str
    key: str
    value: int
    form: str

    def __str__(self) -> str:
        row = f", row {self.key}" if self.key else ""
        return f"{self.place}{row}: value {self.value} ({self.form})"


class Needles:
    """All forms of some values, lower-case. Whatever is searched is made lower-case too."""

    def __init__(self, values: Iterable[str]) -> None:
        self.forms: dict[str, tuple[int, str]] = {}
        self.values = [value.strip() for value in values if value.strip()]
        for number, value in enumerate(self.values, start=1):
            if len(value) < SHORTEST:
                raise ValueError(f"value {number} is too short to be searched for: at least {SHORTEST} characters")
            for form, text in forms_of(value):
                self.forms.setdefault(text.lower(), (number, form))
        # A form that contains another one of the same value finds nothing that the shorter one does not.
        self._texts = [
            text
            for text, (number, _form) in self.forms.items()
            if not any(other != text and other in text and self.forms[other][0] == number for other in self.forms)
        ]

    def found_in(self, text: str) -> list[tuple[int, str]]:
        """Which values stand in the text, and in which form; `text` is lower-case."""
        return [self.forms[needle] for needle in self._texts if needle in text]

    def any_in(self, text: str) -> bool:
        return any(needle in text for needle in self._texts)


def forms_of(value: str) -> Iterator[tuple[str, str]]:
    """Every form with its name; the plain one first."""
    yield "as it is", value
    spellings = {value, value.lower(), unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)}
    for text in sorted(spellings):
        raw = text.encode()
        yield "as it is", text
        yield "in an address", quote(text, safe="")
        yield "in an address", quote(text)
        yield "in an address", quote_plus(text)
        yield "in HTML", html.escape(text)
        yield "in HTML", text.encode("ascii", "xmlcharrefreplace").decode()
        yield "in JSON", json.dumps(text)[1:-1]
        yield "in a byte column", escaped(raw)
        yield "in hexadecimal", raw.hex()
        for shift in range(3):
            yield "in base64", _base64_at(raw, shift)
            yield "in base64", _base64_at(raw, shift).replace("+", "-").replace("/", "_")
        for name in ("md5", "sha1", "sha256"):
            yield f"as {name}", hashlib.new(name, raw, usedforsecurity=False).hexdigest()


def escaped(raw: bytes) -> str:
    """As PostgreSQL's `encode(…, 'escape')` shows bytes."""
    return "".join("\\\\" if byte == 92 else chr(byte) if 0 < byte < 128 else f"\\{byte:03o}" for byte in raw)


def _base64_at(raw: bytes, shift: int) -> str:
    """The characters of a base64 text that depend on nothing but these bytes, when they begin `shift` bytes late."""
    padded = base64.b64encode(b"\0" * shift + raw).decode()
    # The first characters mix in what stands before, the last ones what stands behind.
    start = (shift * 8 + 5) // 6
    end = (shift + len(raw)) * 8 // 6
    return padded[start:end]
