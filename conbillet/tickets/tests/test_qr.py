import xml.etree.ElementTree as ElementTree

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw

from conbillet.core.references import new_reference
from conbillet.tickets import qr
from conbillet.tickets.codes import TicketCode, sign
from conbillet.tickets.keys import SigningKey
from conbillet.tickets.qr import qr_picture, qr_svg

KEY = SigningKey("01ABCD", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
SVG = "{http://www.w3.org/2000/svg}"


def ticket_code() -> str:
    return sign(TicketCode(new_reference(12), new_reference(12), 1), KEY)


def painted(svg: str, pixels: int = 4) -> Image.Image:
    """The picture that a browser would paint, as far as our own drawing uses SVG: a background and rows of strokes."""
    root = ElementTree.fromstring(svg)
    modules = int(root.get("viewBox").split()[2])
    picture = Image.new("L", (modules * pixels, modules * pixels), 255)
    draw = ImageDraw.Draw(picture)
    _background, dark = root.findall(f"{SVG}path")
    for run in dark.get("d").split("M")[1:]:
        x, rest = run.split(" ")
        y, length = rest.split(".5h")
        left, top = int(x) * pixels, int(y) * pixels
        draw.rectangle((left, top, left + int(length) * pixels - 1, top + pixels - 1), fill=0)
    return picture


def test_many_codes_can_be_scanned_from_the_screen():
    for _ in range(60):
        text = ticket_code()
        assert [found.text for found in zxingcpp.read_barcodes(painted(qr_svg(text, "Billet")))] == [text]


def test_a_ticket_code_needs_only_41_modules_and_the_quiet_zone():
    root = ElementTree.fromstring(qr_svg(ticket_code(), "Billet"))
    assert root.get("viewBox") == "0 0 49 49"


@pytest.mark.parametrize("text", ["https://example.org/?a=1&b=2", "Æøå", "0" * 200])
def test_other_texts_work_as_well(text):
    assert [found.text for found in zxingcpp.read_barcodes(painted(qr_picture(text)))] == [text]


def test_the_quiet_zone_is_white_on_every_side():
    picture = painted(qr_svg(ticket_code(), "Billet"), pixels=1)
    dark = picture.point(lambda value: 255 - value).getbbox()
    assert dark == (qr.QUIET_ZONE, qr.QUIET_ZONE, picture.width - qr.QUIET_ZONE, picture.height - qr.QUIET_ZONE)


def test_it_has_a_role_and_a_label_that_cannot_break_out():
    svg = qr_svg(ticket_code(), 'Billet til "Bo" <script>alert(1)</script>', size=320)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Billet til "Bo" <script>alert(1)</script>'
    assert (root.get("width"), root.get("height")) == ("320", "320")
    assert "<script" not in svg


def test_it_works_under_a_strict_content_security_policy():
    svg = qr_svg(ticket_code(), "Billet")
    assert not any(forbidden in svg for forbidden in ["style=", "<style", "onload", "href", " id="])
