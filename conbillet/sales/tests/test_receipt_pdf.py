import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdf
import pytest

from conbillet.core.money import VatCode
from conbillet.core.typesetting import Seller
from conbillet.sales.pdf import documents
from conbillet.sales.pdf.documents import Dues, PaymentMade, ReceiptDocument, ReceiptLine, render_receipt

SELLER = Seller("Foreningen Nordlys", ("Storegade 12, 2. tv", "8000 Aarhus C"), "12345678", "hej@nordlys.example")
DUES = ReceiptLine("Kontingent", 1, 7500, "outside_scope", dues=Dues(date(2026, 1, 1), date(2026, 12, 31)), note="Åse")
TICKET = ReceiptLine("Voksen, alle dage", 1, 27500, "not_registered")
SHIRT = ReceiptLine("T-shirt, L", 1, 27500, "standard_25", 5500)
RECEIPT = ReceiptDocument(
    number="42",
    issued_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
    seller=SELLER,
    event_name="Nordlys 2026",
    order_reference="127D1TA65Y",
    lines=(TICKET, DUES),
    payments=(PaymentMade("MobilePay", date(2026, 3, 1), 35000, "pi_123"),),
    buyer_name="Bo Bang",
    buyer_address=("Vej 1", "5000 Odense C"),
)


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(document: ReceiptDocument, language: str = "da") -> str:
    pages = read(render_receipt(document, language)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u200b", "").split())


def test_a_receipt_holds_what_the_law_asks_for():
    text = text_of(RECEIPT)
    for part in [
        "Kvittering 42",
        "1. marts 2026",
        "Foreningen Nordlys Storegade 12, 2. tv 8000 Aarhus C CVR 12345678",
        "Bo Bang Vej 1 5000 Odense C",
        "127D-1TA6-5Y",
        "Voksen, alle dage 1 275,00 kr. 275,00 kr.",
        "Kontingent 2026 (medlemskab af Foreningen Nordlys, 1. januar – 31. december 2026)",
        "I alt 350,00 kr.",
        "Foreningen er ikke momsregistreret.",
        "Kontingent: Falder uden for momslovens område.",
        "Betalt 350,00 kr. den 1. marts 2026 med MobilePay. Reference pi_123.",
    ]:
        assert part in text
    assert "Heraf moms" not in text
    assert "0,00 kr. 0,00" not in text


def test_a_receipt_speaks_english_too():
    text = text_of(RECEIPT, "en")
    assert "Membership dues 2026 (membership of Foreningen Nordlys, 1 January – 31 December 2026)" in text
    assert "Total DKK 350.00" in text
    assert "Kvittering" not in text


def test_vat_is_specified_by_code():
    text = text_of(replace(RECEIPT, lines=(SHIRT, replace(TICKET, vat_code="exempt_charity_13_1_17"), DUES)))
    assert "Heraf moms 55,00 kr." in text
    assert "25 % 220,00 kr. 55,00 kr. 275,00 kr." in text
    assert "Voksen, alle dage: Momsfritaget, jf. momsloven § 13, stk. 1, nr. 17" in text


def test_dues_over_two_years_name_both():
    line = replace(DUES, dues=Dues(date(2026, 9, 1), date(2027, 8, 31)))
    assert "Kontingent 2026–2027" in text_of(replace(RECEIPT, lines=(line,)))


def test_equal_units_become_one_line_with_their_quantity():
    text = text_of(replace(RECEIPT, lines=(SHIRT, TICKET, SHIRT, replace(SHIRT, amount=20000, vat_amount=4000), SHIRT)))
    assert "T-shirt, L 3 275,00 kr. 25 % 825,00 kr." in text
    assert "T-shirt, L 1 200,00 kr. 25 % 200,00 kr." in text
    assert "Heraf moms 205,00 kr." in text


def test_units_with_unequal_prices_are_never_merged_into_an_average():
    text = text_of(replace(RECEIPT, lines=(replace(TICKET, quantity=3, amount=10000), replace(TICKET, amount=3333))))
    assert "Voksen, alle dage 3 100,00 kr." in text
    assert "Voksen, alle dage 1 33,33 kr. 33,33 kr." in text


def test_a_credit_note_names_what_it_corrects_and_takes_back():
    lines = (replace(SHIRT, amount=-27500, vat_amount=-5500),)
    repaid = (PaymentMade("MobilePay", date(2026, 3, 5), -27500, "re_9"),)
    text = text_of(replace(RECEIPT, number="43", corrects="42", reason="Fortrudt", lines=lines, payments=repaid))
    for part in [
        "Kreditnota 43",
        "Retter kvittering 42",
        "Fortrudt",
        "I alt -275,00 kr.",
        "Heraf moms -55,00 kr.",
        "Tilbagebetalt 275,00 kr. den 5. marts 2026",
    ]:
        assert part in text


def test_a_receipt_without_a_buyer_is_complete():
    text = text_of(replace(RECEIPT, buyer_name="", buyer_address=("Vej 1",)))
    assert "Køber" not in text
    assert "Vej 1" not in text


def test_the_file_is_accessible_and_repeatable():
    pdf = render_receipt(RECEIPT, "da")
    root = read(pdf).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert pdf == render_receipt(RECEIPT, "da")


def test_a_long_receipt_repeats_its_head_and_counts_its_pages():
    lines = tuple(replace(SHIRT, text=f"Vare {number}") for number in range(90))
    pages = read(render_receipt(replace(RECEIPT, lines=lines), "da")).pages
    assert len(pages) > 2
    assert all("Antal" in page.extract_text() for page in pages[:-1])
    assert f"Side 2 af {len(pages)}" in " ".join(pages[1].extract_text().split())


@pytest.mark.parametrize("name", ['#import "x"', "$a$ *b* @c <d>", "x" * 120, "🦊 \u202eBo"])
@pytest.mark.asvs("1.2.8")
def test_hostile_and_long_texts_do_no_harm(name):
    line = replace(TICKET, text=name, note=name)
    document = replace(RECEIPT, buyer_name=name, event_name=name, reason=name, seller=Seller(name), lines=(line,))
    pdf = render_receipt(document, "da")
    assert len(read(pdf).pages) == 1
    if name.startswith(("#", "$")):
        assert text_of(document).count(name) >= 5


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"lines": ()}, "lines"),
        ({"lines": (replace(TICKET, quantity=0),)}, "unit"),
        ({"lines": (replace(TICKET, vat_code="other"),)}, "unknown VAT"),
        ({"lines": (replace(TICKET, vat_amount=1),)}, "without VAT"),
        ({"lines": (replace(TICKET, amount=-1),)}, "credit note"),
        ({"corrects": "41"}, "does not charge"),
    ],
)
def test_a_receipt_that_contradicts_itself_is_refused(wrong, why):
    with pytest.raises(ValueError, match=why):
        render_receipt(replace(RECEIPT, **wrong), "da")


def test_both_languages_have_the_same_texts_and_every_vat_code_has_its_own():
    danish, english = (documents._texts(tongue) for tongue in ("da", "en"))
    assert set(danish) == set(english)
    for code in VatCode.values:
        assert {f"short_{code}", f"name_{code}"} <= set(danish)
        assert code == VatCode.STANDARD_25 or f"vat_{code}" in danish


def test_the_text_files_are_plain_json_of_strings():
    for path in documents.FOLDER.glob("texts.*.json"):
        assert all(isinstance(text, str) and text for text in json.loads(path.read_text(encoding="utf-8")).values())
