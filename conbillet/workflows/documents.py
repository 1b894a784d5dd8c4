"""Tickets and receipts as PDF, put together from what the rooms hold."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from conbillet.catalogue.models import Event
from conbillet.core.clock import copenhagen_day
from conbillet.core.references import pretty
from conbillet.core.typesetting import Seller
from conbillet.organizations.models import Organization
from conbillet.payments.models import Payment
from conbillet.sales.models import Order, Receipt
from conbillet.sales.pdf.documents import Dues, PaymentMade, ReceiptDocument, ReceiptLine, render_receipt
from conbillet.tickets.codes import TicketCode, sign
from conbillet.tickets.keys import ticket_keys
from conbillet.tickets.models import Ticket
from conbillet.tickets.pdf.documents import TicketDocument, render_tickets


def ticket_code(ticket: Ticket, event: Event) -> str:
    """The signed text in a ticket's QR code: key id, event, ticket, generation; no personal data."""
    return sign(TicketCode(event.reference, ticket.reference, ticket.generation), ticket_keys().signing_key())


def seller_of(organization: Organization) -> Seller:
    """The association as it stands on tickets and receipts."""
    return Seller(
        name=organization.name,
        cvr=organization.cvr,
        address=tuple(
            part for part in (organization.street, f"{organization.postcode} {organization.city}".strip()) if part
        ),
        email=organization.email,
    )


def tickets_pdf(*, tickets: Sequence[Ticket], event: Event, organization: Organization, language: str) -> bytes:
    """One page a ticket. The tickets come with `line` (and its order) and `participant` loaded."""
    practical = (event.practical_en if language == "en" else "") or event.practical_da
    documents = [
        TicketDocument(
            event_name=event.name,
            starts_on=event.starts_on,
            ends_on=event.ends_on,
            opens_at=event.opens_at,
            venue=event.venue,
            venue_address=tuple(part for part in (event.street, f"{event.postcode} {event.city}".strip()) if part),
            holder_name=(ticket.participant.badge_name or ticket.participant.name) if ticket.participant else "",
            product=ticket.line.text,
            valid_on=ticket.line.product.valid_on if ticket.line.product else None,
            order_reference=ticket.line.order.reference,
            reference=ticket.reference,
            code=ticket_code(ticket, event),
            what_to_bring=tuple(line.strip("-* ") for line in practical.splitlines() if line.strip()),
            seller=seller_of(organization),
            privacy_url=f"{settings.CONBILLET_BASE_URL}/policy/",
            accent=organization.accent_colour,
        )
        for ticket in tickets
    ]
    return render_tickets(documents, language)


def receipt_pdf(*, receipt: Receipt, order: Order, event: Event, organization: Organization, language: str) -> bytes:
    """A receipt, or the credit note that takes some of it back."""
    lines = receipt.lines.select_related("participant").order_by("position")
    payment = Payment.objects.get(about=order.reference)
    corrects = ""
    if receipt.kind == Receipt.Kind.CREDIT_NOTE:
        first = order.receipts.filter(kind=Receipt.Kind.RECEIPT).order_by("number").first()
        corrects = str(first.number) if first else ""
    with override(language):
        document = ReceiptDocument(
            number=str(receipt.number),
            issued_at=receipt.issued_at,
            seller=seller_of(organization),
            event_name=event.name,
            order_reference=order.reference,
            lines=tuple(
                ReceiptLine(
                    text=line.text,
                    quantity=1,
                    amount=line.amount,
                    vat_code=line.vat_code,
                    vat_amount=line.vat_amount,
                    dues=Dues(line.dues_from, line.dues_to) if line.dues_from and line.dues_to else None,
                    note=_("for %(name)s") % {"name": line.participant.name}
                    if line.participant and line.participant.name
                    else "",
                )
                for line in lines
            ),
            payments=(
                PaymentMade(
                    method_name(payment), copenhagen_day(receipt.issued_at), receipt.amount, receipt.payment_reference
                ),
            )
            if receipt.amount
            else (),
            buyer_name=receipt.buyer_name,
            buyer_address=tuple(
                part for part in (order.buyer_street, f"{order.buyer_postcode} {order.buyer_city}".strip()) if part
            ),
            currency=receipt.currency,
            corrects=corrects,
        )
    return render_receipt(document, language)


def method_name(payment: Payment) -> str:
    """How it was paid, in the language of the moment."""
    if payment.provider_method == "mobilepay":
        return "MobilePay"
    if payment.method == Payment.Method.CARD:
        return _("card")
    return str(Payment.Method(payment.method).label)


def file_name(word: str, reference: str) -> str:
    """`billetter-ABCD-EFGH.pdf`."""
    return f"{word}-{pretty(reference).replace(' ', '-')}.pdf"
