import io
from dataclasses import replace
from datetime import date, time

import pypdf
import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from conbillet.core.references import pretty
from conbillet.core.typesetting import Seller
from conbillet.tickets.codes import TicketCode, sign, verify
from conbillet.tickets.keys import SigningKey
from conbillet.tickets.pdf.documents import TicketDocument, render_tickets

KEY = SigningKey("01ABCD", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
CODE = TicketCode("7H2M9A4CXR4T", "XR4T9K2MW7QD", 1)
SELLER = Seller("Foreningen Nordlys", ("Storegade 12, 2. tv", "8000 Aarhus C"), "12345678", "hej@nordlys.example")
TICKET = TicketDocument(
    event_name="Nordlys 2026",
    starts_on=date(2026, 4, 1),
    ends_on=date(2026, 4, 5),
    opens_at=time(14, 0),
    venue="Mariagerfjord Gymnasium",
    venue_address=("Hadsundvej 5", "9500 Hobro"),
    holder_name="Åse Ørsted Kjærgaard",
    product="Voksen, alle dage",
    valid_on=None,
    order_reference="127D1TA65Y",
    reference=CODE.ticket,
    code=sign(CODE, KEY),
    what_to_bring=("Gyldigt billed-id", "Sovepose"),
    seller=SELLER,
    privacy_url="https://conbillet.example/policy/",
)
LONGEST_NAME = ("Maximiliana-Josefine von und zu Hohenstaufen-Østergård " * 3)[:120].strip()


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(page: pypdf.PageObject) -> str:
    return " ".join(page.extract_text().replace("\u200b", "").split())


def pictures_of(pdf: bytes) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=100 / 72).to_pil() for page in document]


def test_a_ticket_says_everything_in_danish():
    [page] = read(render_tickets([TICKET], "da")).pages
    text = text_of(page)
    for part in [
        "Nordlys 2026",
        "1.–5. april 2026",
        "Dørene åbner kl. 14.00",
        "Åse Ørsted Kjærgaard",
        "Voksen, alle dage",
        "Mariagerfjord Gymnasium Hadsundvej 5 9500 Hobro",
        "XR4T-9K2M-W7QD",
        "127D-1TA6-5Y",
        "Gyldigt billed-id",
        "Foreningen Nordlys Storegade 12, 2. tv 8000 Aarhus C CVR 12345678",
        "Koden indeholder ingen personoplysninger. Foreningen Nordlys er ansvarlig",
        "https://conbillet.example/policy/",
    ]:
        assert part in text
    assert "Dag " not in text


def test_a_ticket_speaks_english_too():
    [page] = read(render_tickets([replace(TICKET, valid_on=date(2026, 4, 3))], "en-gb")).pages
    text = text_of(page)
    for part in ["1–5 April 2026", "Doors open at 14:00", "Friday 3 April 2026", "The code contains no personal data"]:
        assert part in text
    assert "Dørene" not in text


def test_the_file_is_accessible():
    reader = read(render_tickets([TICKET], "da"))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert reader.metadata.title == "Billet til Nordlys 2026"
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == ["Nordlys 2026"]


def test_the_code_on_paper_can_be_scanned_and_verified():
    other = replace(TICKET, code=sign(replace(CODE, ticket="0123456789AB"), KEY), reference="0123456789AB")
    pages = pictures_of(render_tickets([TICKET, other], "da"))
    found = [zxingcpp.read_barcodes(page) for page in pages]
    assert [[code.text for code in codes] for codes in found] == [[TICKET.code], [other.code]]
    assert verify(found[0][0].text, {KEY.key_id: KEY.private_key.public_key()}) == CODE


def test_the_code_is_drawn_as_shapes_not_as_pixels():
    [page] = read(render_tickets([TICKET], "da")).pages
    assert len(page.images) == 0


def test_there_is_one_page_for_each_ticket_in_order():
    tickets = [replace(TICKET, holder_name=f"Gæst {number}") for number in range(1, 13)]
    pages = read(render_tickets(tickets, "da")).pages
    assert len(pages) == 12
    assert all(f"Gæst {number}" in text_of(page) for number, page in enumerate(pages, 1))
    assert "Billet 12 af 12" in text_of(pages[11])


@pytest.mark.parametrize(
    "name",
    [
        '#import "x": y',
        "$a$ *b* @c _d_ <e> `f` [g]",
        "\\u{41} // /* */ = h",
        "Ida #panic() Holm",
    ],
)
@pytest.mark.asvs("1.2.1", "1.2.8")
def test_markup_in_a_name_stays_text(name):
    [page] = read(render_tickets([replace(TICKET, holder_name=name, event_name=name, product=name)], "da")).pages
    assert text_of(page).count(" ".join(name.split())) == 3


def test_marks_that_turn_text_round_are_gone_and_emoji_do_no_harm():
    hostile = replace(TICKET, holder_name="Bo \u202etxet\u202c 🦊 \u200fX", venue="🏰")
    [page] = read(render_tickets([hostile], "da")).pages
    assert "Bo txet □ X" in text_of(page)


@pytest.mark.parametrize("name", [LONGEST_NAME, "x" * 120, "W" * 120, "Æ " * 60])
def test_the_longest_names_stay_on_their_page_and_leave_the_code_readable(name):
    long = replace(
        TICKET,
        holder_name=name,
        event_name=name,
        product=name + name[:40],
        venue=name,
        venue_address=(name, name[:80]),
        valid_on=date(2026, 4, 3),
        seller=replace(SELLER, name=name),
        what_to_bring=(name, name),
    )
    pdf = render_tickets([long], "da")
    assert len(read(pdf).pages) == 1
    [picture] = pictures_of(pdf)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [TICKET.code]


def test_a_long_list_of_things_to_bring_shrinks_and_is_cut_before_it_covers_the_rest():
    many = tuple(f"Ting nummer {number} med en lang forklaring, så linjen knækker" for number in range(1, 15))
    [page] = read(render_tickets([replace(TICKET, what_to_bring=many)], "da")).pages
    assert "Ting nummer 14 med" in text_of(page)
    [page] = read(render_tickets([replace(TICKET, what_to_bring=many * 10)], "da")).pages
    assert "Billetten må ikke videresælges" in text_of(page)


def test_empty_fields_leave_no_empty_labels():
    bare = replace(TICKET, venue="", venue_address=(), opens_at=None, what_to_bring=(), holder_name="")
    [page] = read(render_tickets([bare], "da")).pages
    text = text_of(page)
    assert not any(label in text for label in ["Sted", "Husk", "Dørene", "Navn"])


@pytest.mark.parametrize("count", [0, 201])
def test_no_tickets_or_too_many_are_refused(count):
    with pytest.raises(ValueError, match="tickets"):
        render_tickets([TICKET] * count, "da")


def test_the_typed_code_is_the_signed_one():
    assert f".{TICKET.reference}." in TICKET.code
    [page] = read(render_tickets([TICKET], "da")).pages
    assert pretty(TICKET.reference) in text_of(page)
