"""Uploaded pictures are drawn anew: what the camera or a stranger wrote into the file is gone."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from conbillet.catalogue import pictures
from conbillet.catalogue.actions.copy_event import copy_event
from conbillet.catalogue.actions.set_picture import set_picture
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import Event
from conbillet.catalogue.pictures import BadPicture, renditions, shared_rendition, store_picture


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(width=2000, height=1200, kind="JPEG", mode="RGB", **options) -> BytesIO:
    written = BytesIO()
    Image.new(mode, (width, height), "teal" if mode in ("RGB", "RGBA") else 0).save(written, kind, **options)
    written.seek(0)
    return written


def stored(name: str) -> Image.Image:
    with default_storage.open(name) as file:
        image = Image.open(file)
        image.load()
        return image


def test_a_picture_becomes_a_few_widths_and_one_for_sharing():
    name = store_picture(picture(), size=1)
    assert [width for _path, width in renditions(name)] == [480, 960, 1600]
    for path, width in renditions(name):
        assert (stored(path).width, stored(path).format) == (width, "WEBP")
    shared = stored(shared_rendition(name))
    assert (shared.size, shared.format) == ((1200, 630), "JPEG")


def test_small_pictures_are_not_blown_up():
    assert [width for _path, width in renditions(store_picture(picture(700, 500), size=1))] == [480]
    assert [width for _path, width in renditions(store_picture(picture(1000, 500), size=1))] == [480, 960]


def test_place_camera_and_comments_are_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    name = store_picture(picture(exif=exif, comment=b"SECRET COMMENT"), size=1)
    for path in [*(path for path, _width in renditions(name)), shared_rendition(name)]:
        with default_storage.open(path) as file:
            raw = file.read()
        assert b"SECRET" not in raw
        assert not dict(stored(path).getexif())
    upright = stored(renditions(name)[0][0])
    assert upright.height > upright.width


@pytest.mark.parametrize("mode", ["RGBA", "L", "LA", "P", "CMYK"])
def test_all_colour_models_are_taken(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert store_picture(picture(kind=kind, mode=mode), size=1)


@pytest.mark.parametrize(
    "upload",
    [
        BytesIO(b""), BytesIO(b"GIF89a"), BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 50),
        picture(kind="GIF"), picture(kind="TIFF"), picture(500, 400), BytesIO(picture().getvalue()[:300]),
    ],
    ids=["empty", "gif head", "svg", "broken png", "gif", "tiff", "small", "cut off"],
)  # fmt: skip
@pytest.mark.asvs("1.3.4", "5.2.2")
def test_everything_else_is_refused_and_nothing_is_stored(upload, files):
    with pytest.raises(BadPicture):
        store_picture(upload, size=1)
    assert list(files.rglob("*.*")) == []


@pytest.mark.asvs("5.2.1")
def test_too_many_bytes_or_pixels_are_refused_before_they_are_unpacked(monkeypatch):
    with pytest.raises(BadPicture, match="12"):
        store_picture(BytesIO(b""), size=pictures.MOST_BYTES + 1)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("unpacked"))
    header = BytesIO(_png_header(8_000, 8_000))
    with pytest.raises(BadPicture, match="pixels"):
        store_picture(header, size=1)


def _png_header(width: int, height: int) -> bytes:
    """A PNG that says it is huge and holds nothing."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "events/x.webp",
        "../events/0123456789ABCDEF-480.webp",
        "events/0123456789ABCDEF-480.svg",
        "a/events/0123456789ABCDEF-480.webp",
    ],
)
@pytest.mark.asvs("5.3.1", "5.3.2")
def test_only_names_that_we_gave_have_renditions(name):
    assert renditions(name) == []
    assert shared_rendition(name) is None


@pytest.mark.django_db(transaction=True)
def test_an_old_picture_goes_when_nothing_shows_it_any_more(world, now, files):
    by = {"actor": world.actor(world.owner), "now": now}
    event = set_picture(event=world.event, upload=picture(), size=1, alt="A table", **by)
    first = str(event.picture)
    copy = copy_event(event=event, name="Copy", starts_on=event.starts_on, **by)
    set_picture(event=event, upload=picture(), size=1, alt="A hall", **by)
    assert default_storage.exists(first)  # the copy still shows it
    set_picture(event=copy, upload=None, alt="", **by)
    assert not default_storage.exists(first)
    assert Event.objects.get(pk=copy.pk).picture_alt == ""
    with pytest.raises(CannotChange):
        set_picture(event=event, upload=BytesIO(b"no"), size=2, alt="x", **by)
