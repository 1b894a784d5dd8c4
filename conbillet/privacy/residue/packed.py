"""What is packed inside bytes or texts: archives, compressed files, PDFs, mails, and texts packed in base64."""

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy

from .pdf import texts_of_pdf

# Packed in packed in packed: a mail with an archive with a PDF. Deeper than that is nobody's format.
DEEPEST = 4
MOST_BYTES = 200 * 1024 * 1024  # of one member; a bomb of zeros must not take the memory
ZIP, GZIP, PDF = b"PK\x03\x04", b"\x1f\x8b", b"%PDF-"
# Base64 of: compressed by zlib (Django's sessions), a JSON object, gzip, a PDF, a zip.
_BASE64 = re.compile(r"(?:eJ|eyJ|eN|H4sI|JVBERi|UEsDB)[A-Za-z0-9+/_-]{12,}")


def texts_in(raw: bytes, *, is_mail: bool = False, depth: int = DEEPEST) -> Iterator[str]:
    """Every text that the bytes can be read as, from the outside to the inside."""
    yield from _readings(raw)
    if depth == 0:
        return
    if is_mail:
        yield from _in_mail(raw, depth - 1)
    elif raw.startswith(ZIP):
        yield from _in_zip(raw, depth - 1)
    elif raw.startswith(GZIP):
        with suppress(OSError, EOFError, zlib.error), gzip.open(io.BytesIO(raw)) as inside:
            yield from texts_in(inside.read(MOST_BYTES), depth=depth - 1)
    elif raw.startswith(PDF):
        yield from texts_of_pdf(raw)
    yield from unpacked(raw.decode("ascii", "replace"), depth=depth - 1)


def unpacked(text: str, *, depth: int = DEEPEST) -> Iterator[str]:
    """What is packed in base64 somewhere in a text: a session, a token, a file."""
    for found in _BASE64.finditer(text):
        token = found[0].replace("-", "+").replace("_", "/")
        with suppress(binascii.Error, zlib.error, ValueError):
            raw = base64.b64decode(token[: len(token) - (len(token) % 4 == 1)] + "=" * (-len(token) % 4))
            if raw[:1] == b"\x78":
                raw = zlib.decompressobj().decompress(raw, MOST_BYTES)
            if depth > 0:
                yield from texts_in(raw, depth=depth - 1)


def is_packed(text: str) -> bool:
    """Whether something in a text looks like base64 of something packed."""
    return _BASE64.search(text) is not None


def _readings(raw: bytes) -> Iterator[str]:
    """As UTF-8; where it is none, also as the old Western and the two-byte encodings."""
    try:
        yield raw.decode()
    except UnicodeDecodeError:
        yield raw.decode(errors="replace")
        yield raw.decode("cp1252", "replace")
    if b"\x00" in raw:
        for start in (0, 1):
            yield raw[start:].decode("utf-16-le", "replace")


def _in_zip(raw: bytes, depth: int) -> Iterator[str]:
    with suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for member in archive.infolist():
            yield member.filename
            with archive.open(member) as inside:
                yield from texts_in(inside.read(MOST_BYTES), is_mail=member.filename.endswith(".eml"), depth=depth)


def _in_mail(raw: bytes, depth: int) -> Iterator[str]:
    message = message_from_bytes(raw, policy=policy.default)
    for part in message.walk():
        yield "\n".join(str(value) for value in part.values())
        content = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(content, bytes):
            with suppress(LookupError):
                yield content.decode(part.get_content_charset() or "utf-8", "replace")
            yield from texts_in(content, depth=depth)
