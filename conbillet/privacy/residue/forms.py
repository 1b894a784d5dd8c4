"""A value as programs may have written it: other case, other Unicode form, escaped, encoded, hashed without a key."""

import base64
import hashlib
import html
import json
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from html.entities import codepoint2name
from pathlib import Path
from urllib.parse import quote, quote_plus

# Shorter ones are found everywhere by accident.
SHORTEST = 4
HASHES = ("md5", "sha1", "sha256", "sha512")
OTHERWISE_WRITTEN = ("md5", "sha1", "sha256")  # also in base64 and as bytes
_PHONE = re.compile(r"\+?[\d ()./-]{8,20}")


@dataclass(frozen=True, order=True)
class Hit:
    """Where a value was found: `value` is its number in the list (from 1), `form` how it was written."""

    place: str
    key: str
    value: int
    form: str

    def below(self, folder: Path) -> "Hit":
        """The same, told from a folder further out."""
        return replace(self, place=self.place.replace("file ", f"file {folder}/", 1))

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
                if len(text) >= SHORTEST:
                    self.forms.setdefault(text.lower(), (number, form))
        # A form that contains another one of the same value finds nothing that the shorter one does not.
        mine: dict[int, list[str]] = {}
        for text, (number, _form) in sorted(self.forms.items(), key=lambda item: len(item[0])):
            shorter = mine.setdefault(number, [])
            if not any(other in text for other in shorter):
                shorter.append(text)
        self._texts = [text for texts in mine.values() for text in texts]
        self._kinds = _by_kind(self._texts)

    def found_in(self, text: str) -> list[tuple[int, str]]:
        """Which values stand in the text, and in which form; `text` is lower-case."""
        return [self.forms[needle] for needle in self._texts if needle in text]

    def any_in(self, text: str) -> bool:
        """Whether `found_in` would find anything. For long texts: most forms are hashes, hexadecimal, base64 and bytes, and
        a text in which nothing looks like any of these is not searched for each of them."""
        return any(
            any(needle in text for needle in needles)
            for looks_like, needles in self._kinds
            if looks_like is None or looks_like.search(text)
        )


# Forms that are made of few characters: what they are made of, and the shortest that is worth to be looked for first.
_KINDS = (("0-9a-f", 12), (r"0-9a-z+/_\-", 14))
_OCTAL = re.compile(r"\\[0-3][0-7][0-7]")


def _by_kind(texts: list[str]) -> list[tuple[re.Pattern[str] | None, list[str]]]:
    """The needles, those of a kind together with a pattern that every text with one of them matches."""
    left, kinds = list(texts), []
    in_bytes = [text for text in left if _OCTAL.search(text)]
    left = [text for text in left if not _OCTAL.search(text)]
    for letters, shortest in _KINDS:
        whole = re.compile(f"[{letters}]{{{shortest},}}")
        same = [text for text in left if whole.fullmatch(text)]
        left = [text for text in left if not whole.fullmatch(text)]
        if same:
            kinds.append((re.compile(f"[{letters}]{{{min(map(len, same))}}}"), same))
    return [(None, left), *kinds, *([(_OCTAL, in_bytes)] if in_bytes else [])]


def forms_of(value: str) -> Iterator[tuple[str, str]]:
    """Every form with its name; the plain one first."""
    yield "as it is", value
    spellings = {value, value.lower(), unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)}
    for text in sorted(spellings):
        yield "as it is", text
        yield "without spaces", "".join(text.split())
        yield from _escaped_forms(text)
        raw = text.encode()
        for shift in range(3):
            yield "in base64", _base64_at(raw, shift)
            yield "in base64", _base64_at(raw, shift).replace("+", "-").replace("/", "_")
        for name in HASHES:
            digest = hashlib.new(name, raw, usedforsecurity=False)
            yield f"as {name}", digest.hexdigest()
            if name not in OTHERWISE_WRITTEN:
                continue
            yield f"as {name}", base64.b64encode(digest.digest()).decode().rstrip("=")
            yield f"as {name}", base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
            yield f"as {name}", escaped(digest.digest())
    for text in _dates(value):
        yield "as a date", text
    if _PHONE.fullmatch(value):
        yield "as digits", "".join(character for character in value if character.isdigit())


def _escaped_forms(text: str) -> Iterator[tuple[str, str]]:
    raw = text.encode()
    yield "in an address", quote(text, safe="")
    yield "in an address", quote(text)
    yield "in an address", quote_plus(text)
    yield "in an address", quote(quote(text))
    yield "in HTML", html.escape(text)
    yield "in HTML", text.encode("ascii", "xmlcharrefreplace").decode()
    yield "in HTML", "".join(f"&#x{ord(one):x};" if ord(one) > 127 else one for one in text)
    yield "in HTML", "".join(f"&{codepoint2name.get(ord(one), '')};" if ord(one) > 127 else one for one in text)
    yield "in JSON", json.dumps(text)[1:-1]
    yield "in JSON", json.dumps(json.dumps(text))[3:-3]
    yield "in SQL or CSV", text.replace("'", "''")
    yield "in SQL or CSV", text.replace('"', '""')
    yield "in a program's text", text.replace("'", "\\'")
    yield "in a mail", quopri.encodestring(raw).decode().replace("=\n", "").strip()
    yield "in a mail's header", quopri.encodestring(raw, header=True).decode().replace("=\n", "").strip()
    yield "in a byte column", escaped(raw)
    yield "in hexadecimal", raw.hex()
    for name in ("utf-16-le", "utf-16-be", "latin-1"):
        with suppress(UnicodeEncodeError):
            yield f"in {name}", escaped(text.encode(name))
            yield f"in {name}", text.encode(name).hex()


def _dates(value: str) -> Iterator[str]:
    with suppress(ValueError):
        day = date.fromisoformat(value)
        for pattern in ("%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "%d%m%Y", "%Y%m%d", "%Y/%m/%d"):
            yield day.strftime(pattern)
        yield f"{day.day}.{day.month}.{day.year}"


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
