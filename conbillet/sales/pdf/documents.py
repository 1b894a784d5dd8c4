"""What stands on a receipt or a credit note, and the PDF made of it.

Contents follow the Danish rules for a simplified invoice (consecutive number, date, seller with CVR and address,
quantity and kind, VAT base, rate and VAT), with buyer and address where they are known. Membership dues are always a
line of their own, named with their period: grant bodies accept nothing else.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from conbillet.core.formats import format_day, format_day_range, format_money
from conbillet.core.money import VatCode
from conbillet.core.references import pretty
from conbillet.core.typesetting import Data, Seller, compile_pdf

FOLDER = Path(__file__).parent
MOST_LINES = 2000


@dataclass(frozen=True)
class Dues:
    """The membership period that a line of dues pays for, both days included."""

    first_day: date
    last_day: date


@dataclass(frozen=True)
class ReceiptLine:
    """Amounts in øre: `amount` is the whole line with VAT, `vat_amount` the VAT in it. `note` may say for whom."""

    text: str
    quantity: int
    amount: int
    vat_code: str
    vat_amount: int = 0
    dues: Dues | None = None
    note: str = ""


@dataclass(frozen=True)
class PaymentMade:
    """A payment (or, on a credit note, a repayment). `method` in the reader's language; amount in øre."""

    method: str
    paid_on: date
    amount: int
    reference: str = ""


@dataclass(frozen=True)
class ReceiptDocument:
    """A receipt; with `corrects` (the number of an earlier receipt) a credit note, whose amounts are negative."""

    number: str
    issued_at: datetime
    seller: Seller
    event_name: str
    order_reference: str
    lines: tuple[ReceiptLine, ...]
    payments: tuple[PaymentMade, ...] = ()
    buyer_name: str = ""
    buyer_address: tuple[str, ...] = ()
    currency: str = "DKK"
    corrects: str = ""
    reason: str = ""


def render_receipt(document: ReceiptDocument, language: str) -> bytes:
    """A PDF/UA file, in Danish or English ("da", "en…"). The same document always gives the same bytes.

    Raises ValueError when the lines contradict themselves, CannotTypeset when the template is faulty.
    """
    _check(document)
    tongue = "en" if language.lower().startswith("en") else "da"
    texts = _texts(tongue)
    lines = _merged(document.lines)
    codes = [code for code in VatCode.values if any(line.vat_code == code for line in lines)]
    kind = "credit_note" if document.corrects else "receipt"
    shows_vat = VatCode.STANDARD_25.value in codes
    vat = sum(line.vat_amount for line in lines)
    title = f"{texts[kind]} {document.number}"
    data: dict[str, Data] = {
        "language": tongue,
        "texts": texts,
        "title": f"{title}, {document.seller.name}",
        "heading": title,
        "issued": format_day(document.issued_at, tongue),
        "seller": document.seller.data(),
        "buyer": [document.buyer_name, *document.buyer_address] if document.buyer_name else [],
        "event": document.event_name,
        "order": pretty(document.order_reference),
        "corrects": texts["corrects"].format(number=document.corrects) if document.corrects else "",
        "reason": document.reason,
        "lines": [_line(line, document, tongue, texts) for line in lines],
        "shows_vat": shows_vat,
        "total": format_money(sum(line.amount for line in lines), document.currency, tongue),
        "vat_rows": [_vat_row(code, lines, document.currency, tongue, texts) for code in codes] if shows_vat else [],
        "vat_of_total": format_money(vat, document.currency, tongue) if shows_vat else "",
        "vat_notes": [_vat_note(code, lines, texts) for code in codes if code != VatCode.STANDARD_25],
        "payments": [_payment(payment, document.currency, tongue, texts) for payment in document.payments],
    }
    return compile_pdf(FOLDER / "receipt.typ", data, created_at=document.issued_at)


def _check(document: ReceiptDocument) -> None:
    if not 1 <= len(document.lines) <= MOST_LINES:
        raise ValueError(f"a receipt has between 1 and {MOST_LINES} lines")
    for line in document.lines:
        if line.quantity < 1:
            raise ValueError("a line has at least one unit")
        if line.vat_code not in VatCode.values:
            raise ValueError(f"unknown VAT code {line.vat_code!r}")
        if line.vat_code != VatCode.STANDARD_25 and line.vat_amount:
            raise ValueError("a line without VAT cannot contain VAT")
        if document.corrects and line.amount > 0:
            raise ValueError("a credit note takes back, it does not charge")
        if not document.corrects and line.amount < 0:
            raise ValueError("a receipt charges; what takes back is a credit note")


def _merged(lines: Iterable[ReceiptLine]) -> list[ReceiptLine]:
    """Equal units as one line with their quantity, in the order of first appearance."""
    merged: dict[tuple[object, ...], ReceiptLine] = {}
    for line in lines:
        unit = (line.text, line.amount * 1000 // line.quantity, line.vat_code, line.dues, line.note)
        known = merged.get(unit)
        merged[unit] = (
            line
            if known is None
            else replace(
                known,
                quantity=known.quantity + line.quantity,
                amount=known.amount + line.amount,
                vat_amount=known.vat_amount + line.vat_amount,
            )
        )
    return list(merged.values())


def _line(line: ReceiptLine, document: ReceiptDocument, tongue: str, texts: dict[str, str]) -> Data:
    text = line.text
    if line.dues:
        first, last = line.dues.first_day, line.dues.last_day
        text = texts["dues"].format(
            years=first.year if first.year == last.year else f"{first.year}–{last.year}",
            seller=document.seller.name,
            period=format_day_range(first, last, tongue),
        )
    has_even_price = line.amount % line.quantity == 0
    return {
        "text": text,
        "note": line.note,
        "quantity": str(line.quantity),
        "price": format_money(line.amount // line.quantity, document.currency, tongue) if has_even_price else "",
        "vat": texts[f"short_{line.vat_code}"],
        "amount": format_money(line.amount, document.currency, tongue),
    }


def _vat_row(code: str, lines: list[ReceiptLine], currency: str, tongue: str, texts: dict[str, str]) -> Data:
    gross = sum(line.amount for line in lines if line.vat_code == code)
    vat = sum(line.vat_amount for line in lines if line.vat_code == code)
    return [
        texts[f"name_{code}"],
        format_money(gross - vat, currency, tongue),
        format_money(vat, currency, tongue),
        format_money(gross, currency, tongue),
    ]


def _vat_note(code: str, lines: list[ReceiptLine], texts: dict[str, str]) -> str:
    """Why there is no VAT, after the names of the lines concerned where others differ."""
    note = texts[f"vat_{code}"]
    if code == VatCode.NOT_REGISTERED or all(line.vat_code == code for line in lines):
        return note
    concerned = dict.fromkeys(
        texts["dues_short"] if line.dues else line.text for line in lines if line.vat_code == code
    )
    return f"{', '.join(concerned)}: {note}"


def _payment(payment: PaymentMade, currency: str, tongue: str, texts: dict[str, str]) -> str:
    text = texts["repaid" if payment.amount < 0 else "paid"].format(
        amount=format_money(abs(payment.amount), currency, tongue),
        day=format_day(payment.paid_on, tongue),
        method=payment.method,
    )
    return f"{text} {texts['reference'].format(reference=payment.reference)}" if payment.reference else text


@cache
def _texts(tongue: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((FOLDER / f"texts.{tongue}.json").read_text(encoding="utf-8"))
    return texts
