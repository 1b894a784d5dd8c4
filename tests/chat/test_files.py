"""Files in a conversation: drawn anew, sealed, served under an address of their own, or refused with the reason."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from conbillet.support.models import ChatFile

from .conftest import begin, office

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", comment: bytes = b"canary-place") -> SimpleUploadedFile:
    written = BytesIO()
    options = {"pnginfo": _info(comment)} if kind == "PNG" else {"comment": comment}
    Image.new("RGB", (40, 30), "red").save(written, kind, **options)
    return SimpleUploadedFile(f"min cykel.{kind.lower()}", written.getvalue(), content_type=f"image/{kind.lower()}")


def _info(comment: bytes):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", comment.decode())
    return info


@pytest.mark.asvs("5.2.2", "5.3.2")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_drawn_anew_and_seen_by_both(talk, owner, kind):
    assert talk.client.post(talk.address, {"text": "Se her", "file": picture(kind)}).status_code == 303
    (shown,) = talk.news(1)["messages"]
    (file,) = shown["files"]
    for answer in (talk.client.get(file["url"]), owner.get(f"{office(talk.chat)}files/{ChatFile.objects.get().reference}/")):
        assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox" and b"canary" not in answer.content
        assert Image.open(BytesIO(answer.content)).format == "JPEG"
    assert f'<img src="{file["url"]}"' in talk.page() and "cykel" not in talk.page()


def test_it_is_sealed_in_the_database(talk):
    talk.client.post(talk.address, {"file": picture()})
    assert not bytes(ChatFile.objects.get().content).startswith(b"\xff\xd8")


def test_text_is_saved_and_never_shown(talk):
    note = SimpleUploadedFile("x.html.txt", b"<script>alert(1)</script>", content_type="text/plain")
    talk.client.post(talk.address, {"file": note})
    answer = talk.client.get(talk.news(1)["messages"][0]["files"][0]["url"])
    assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Type"].startswith("text/plain")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<html>", "text/html"),
        (b"GIF89a" + b"\0" * 20, "image/png"),
    ],
)
def test_everything_else_is_refused_with_the_reason(talk, content, kind):
    answer = talk.client.post(talk.address, {"text": "", "file": SimpleUploadedFile("x", content, content_type=kind)})
    assert answer.status_code == 422 and not ChatFile.objects.exists()
    assert "Filen blev ikke taget imod" in answer.content.decode()
    words = talk.client.post(talk.address, {"text": "Med ord", "file": SimpleUploadedFile("x", content, content_type=kind)})
    assert words["Location"].endswith("?refused=1#write") and talk.news()["messages"][-1]["text"] == "Med ord"


def test_a_file_that_is_too_big_is_refused(talk, monkeypatch):
    from conbillet.support import attachments
    from conbillet.web import chats

    monkeypatch.setattr(attachments, "MOST_BYTES", 100)
    monkeypatch.setattr(chats, "MOST_BYTES", 100)
    big = SimpleUploadedFile("x.txt", b"a" * 101, content_type="text/plain")
    assert talk.client.post(talk.address, {"file": big}).status_code == 422 and not ChatFile.objects.exists()


@pytest.mark.asvs("8.2.2")
def test_nobody_else_gets_it(talk, owner, stranger):
    talk.client.post(talk.address, {"file": picture()})
    reference, other = ChatFile.objects.get().reference, begin(Client())
    assert Client().get(f"{talk.address}files/{reference}/").status_code == 404
    assert other.client.get(f"{talk.address}files/{reference}/").status_code == 404
    assert other.client.get(f"{other.address}files/{reference}/").status_code == 404
    assert stranger.get(f"/office/hyggecon/chat/{talk.chat.reference}/files/{reference}/").status_code == 404
