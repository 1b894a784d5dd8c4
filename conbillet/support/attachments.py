"""Files that come with a mail: pictures are drawn anew, text is written anew, everything else is refused with a reason.

What is kept has nothing of the original's format: no place, no camera, no program. Nothing is ever served as it came.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from conbillet.mail.incoming import Part, clean

from .models import CaseAttachment

MOST_FILES = 5
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
WIDEST = 2400
LONGEST_TEXT = 200_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_TEXT = {"text/plain", "text/csv"}

Refusal = CaseAttachment.Refusal


@dataclass(frozen=True)
class Taken:
    """`content` is None where the file was refused."""

    name: str
    kind: str
    content: bytes | None
    size: int
    refused: str = ""


def take(parts: Iterable[Part]) -> list[Taken]:
    """What becomes of each file. At most five are looked at; the reason stands on every other one."""
    found: list[Taken] = []
    for part in parts:
        kept = sum(1 for one in found if not one.refused)
        found.append(_refused(part, Refusal.NUMBER) if kept >= MOST_FILES else _take(part))
        if len(found) >= 3 * MOST_FILES:
            break
    return found


def _take(part: Part) -> Taken:
    if len(part.content) > MOST_BYTES:
        return _refused(part, Refusal.SIZE)
    if part.kind in _TEXT:
        text = clean(_decoded(part.content))[:LONGEST_TEXT].encode()
        return Taken(part.name, "text/plain", text, len(text))
    if not part.kind.startswith("image/"):
        return _refused(part, Refusal.KIND)
    try:
        drawn = _redrawn(part.content)
    except UnidentifiedImageError:
        return _refused(part, Refusal.KIND)
    except _TooBig:
        return _refused(part, Refusal.SIZE)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        return _refused(part, Refusal.BROKEN)
    return Taken(part.name, "image/jpeg", drawn, len(drawn))


class _TooBig(Exception):
    pass


def _redrawn(content: bytes) -> bytes:
    picture: Image.Image = Image.open(BytesIO(content), formats=_FORMATS)
    # The size stands in the header: a bomb is refused before a single pixel is unpacked.
    if picture.width * picture.height > MOST_PIXELS:
        raise _TooBig
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((WIDEST, WIDEST))
    clean_ = Image.new("RGB", picture.size, "white")
    see_through = picture.convert("RGBA")
    clean_.paste(see_through, mask=see_through.getchannel("A"))  # pixels only
    written = BytesIO()
    clean_.save(written, "JPEG", quality=85, optimize=True)
    return written.getvalue()


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _refused(part: Part, why: str) -> Taken:
    return Taken(part.name, "", None, len(part.content), why)
