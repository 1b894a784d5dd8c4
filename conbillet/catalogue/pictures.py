"""Pictures of events: what is uploaded is never served. It is decoded, drawn anew in a few widths and stripped of all data.

File names carry a random token and the width: `events/<token>-960.webp`. The model stores the widest; the others follow
from its name. Nothing of the upload's own name, format or metadata (place, camera, time) survives.
"""

import re
from io import BytesIO
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from conbillet.core.references import new_reference

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_WIDTH = 600
WIDTHS = (480, 960, 1600)
SHARED = (1200, 630)  # what social media crop a picture to
_FORMATS = ("JPEG", "PNG", "WEBP")
NAME = re.compile(r"events/([0-9A-Z]{16})-(\d{3,4})\.(webp|jpg)")


class BadPicture(ValueError):
    """The file is no picture that we take. The message is fit for the person who uploads."""


def store_picture(upload: BinaryIO, *, size: int) -> str:
    """Write the renditions of an uploaded picture of `size` bytes; returns the name for `Event.picture`. Raises BadPicture."""
    if size > MOST_BYTES:
        raise BadPicture(_("The file is too big. A picture may have at most 12 megabytes."))
    picture = _decoded(upload)
    token = new_reference(16)
    widths = [width for width in WIDTHS if width < picture.width] or [min(WIDTHS[0], picture.width)]
    if picture.width >= WIDTHS[-1]:
        widths = list(WIDTHS)
    for width in widths:
        resized = picture.resize(
            (width, max(1, round(picture.height * width / picture.width))), Image.Resampling.LANCZOS
        )
        _save(f"events/{token}-{width}.webp", resized, "WEBP", quality=80, method=4)
    _save(
        f"events/{token}-{SHARED[0]}.jpg",
        ImageOps.fit(picture, SHARED, Image.Resampling.LANCZOS),
        "JPEG",
        quality=82,
        optimize=True,
    )
    return f"events/{token}-{widths[-1]}.webp"


def _decoded(upload: BinaryIO) -> Image.Image:
    try:
        picture: Image.Image = Image.open(upload, formats=_FORMATS)
        # The size stands in the header: a bomb is refused before a single pixel is unpacked.
        if picture.width * picture.height > MOST_PIXELS:
            raise BadPicture(_("The picture has too many pixels. 4000 pixels wide is more than enough."))
        if picture.width < LEAST_WIDTH or picture.height < 100:
            raise BadPicture(_("The picture is too small. It should be at least 1200 pixels wide."))
        picture = ImageOps.exif_transpose(picture)
        if picture.mode in ("RGBA", "LA", "PA", "P"):
            ground = Image.new("RGB", picture.size, "white")
            see_through = picture.convert("RGBA")
            ground.paste(see_through, mask=see_through.getchannel("A"))
            return ground
        return picture.convert("RGB")
    except BadPicture:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        Image.DecompressionBombError,
    ):
        raise BadPicture(_("We cannot read this file. Use a picture in JPEG, PNG or WebP.")) from None


def _save(name: str, picture: Image.Image, kind: str, **options: object) -> None:
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)  # pixels only: no EXIF, no colour profile, no comments
    written = BytesIO()
    clean.save(written, kind, **options)
    default_storage.save(name, ContentFile(written.getvalue()))


def renditions(name: str) -> list[tuple[str, int]]:
    """The stored files of a picture and their widths, the narrowest first; nothing for a name that is not ours."""
    match = NAME.fullmatch(name or "")
    if match is None:
        return []
    token, widest = match[1], int(match[2])
    return [
        (f"events/{token}-{width}.webp", width)
        for width in sorted({*(width for width in WIDTHS if width < widest), widest})
    ]


def shared_rendition(name: str) -> str | None:
    """The JPEG for previews on social media."""
    match = NAME.fullmatch(name or "")
    return f"events/{match[1]}-{SHARED[0]}.jpg" if match else None


def forget_picture(name: str) -> None:
    """Remove a picture's files; harmless when they are gone."""
    shared = shared_rendition(name)
    for path in [*(path for path, _width in renditions(name)), *([shared] if shared else [])]:
        default_storage.delete(path)
