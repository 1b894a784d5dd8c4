"""What is printed on a ticket, and the PDF made of it: one A4 page a ticket, folded twice to the size of a hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path

from conbillet.core.formats import format_day, format_day_range, format_time
from conbillet.core.references import pretty
from conbillet.core.typesetting import Data, Seller, compile_pdf, text_on
from conbillet.tickets.qr import qr_picture

FOLDER = Path(__file__).parent
MOST_TICKETS = 200


@dataclass(frozen=True)
class TicketDocument:
    """One ticket. Texts are plain; empty ones leave their place out.

    `holder_name` is the name for the badge, `product` what was bought, `valid_on` a day ticket's day, `code` the
    signed text for the QR code, `reference` the ticket's own reference for typing. `accent` is `#rrggbb`.
    """

    event_name: str
    starts_on: date
    ends_on: date
    opens_at: time | None
    venue: str
    venue_address: tuple[str, ...]
    holder_name: str
    product: str
    valid_on: date | None
    order_reference: str
    reference: str
    code: str
    what_to_bring: tuple[str, ...]
    seller: Seller
    privacy_url: str
    accent: str = "#7c3aed"


def render_tickets(documents: Sequence[TicketDocument], language: str) -> bytes:
    """A PDF/UA file with one page for each ticket, in Danish or English ("da", "en…").

    Raises ValueError for no tickets or more than 200, CannotTypeset when the template is faulty.
    """
    if not 1 <= len(documents) <= MOST_TICKETS:
        raise ValueError(f"between 1 and {MOST_TICKETS} tickets are printed at once, not {len(documents)}")
    tongue = "en" if language.lower().startswith("en") else "da"
    texts = _texts(tongue)
    title = texts["title_one"] if len(documents) == 1 else texts["title_many"]
    data: dict[str, Data] = {
        "language": tongue,
        "title": title.format(event=documents[0].event_name),
        "texts": texts,
        "tickets": [_page(document, tongue, texts) for document in documents],
    }
    codes = [qr_picture(document.code) for document in documents]
    return compile_pdf(FOLDER / "ticket.typ", data, pictures=codes)


def _page(ticket: TicketDocument, tongue: str, texts: dict[str, str]) -> Data:
    opening = texts["doors"].format(time=format_time(ticket.opens_at, tongue)) if ticket.opens_at else ""
    return {
        "event": ticket.event_name,
        "days": format_day_range(ticket.starts_on, ticket.ends_on, tongue),
        "opening": opening,
        "venue": ticket.venue,
        "venue_address": ticket.venue_address,
        "holder": ticket.holder_name,
        "product": ticket.product,
        "valid_on": format_day(ticket.valid_on, tongue, "weekday") if ticket.valid_on else "",
        "order": pretty(ticket.order_reference),
        "reference": pretty(ticket.reference),
        "qr_alt": texts["qr_alt"].format(code=pretty(ticket.reference)),
        "bring": ticket.what_to_bring,
        "seller": ticket.seller.data(),
        "privacy": texts["privacy"].format(seller=ticket.seller.name, url=ticket.privacy_url),
        "accent": ticket.accent,
        "on_accent": text_on(ticket.accent),
    }


@cache
def _texts(tongue: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((FOLDER / f"texts.{tongue}.json").read_text(encoding="utf-8"))
    return texts
