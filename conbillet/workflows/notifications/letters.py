"""What each mail says. A letter is written when it is sent, from what is true then."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from conbillet.catalogue.models import Event, Price
from conbillet.core import clock
from conbillet.core.formats import format_day, format_day_range, format_moment, format_money
from conbillet.core.references import pretty
from conbillet.mail.letter import Attachment, Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.organizations.models import Invitation
from conbillet.payments.models import Payment
from conbillet.privacy.limits import may_send_news
from conbillet.sales.models import Order, OrderLine, Participant, Receipt
from conbillet.tickets.models import Ticket

from ..documents import file_name, method_name, receipt_pdf, tickets_pdf
from ..links import invitation_link, mailed_order_link, participant_link
from .legal_lines import legal_lines, seller_lines, terms_link

# Mails that go out only while their receiver has said yes, and has not limited the use of the address since.
NEWS = {"newsletter"}

Writer = Callable[[OutgoingMail], Letter | None]
_WRITERS: dict[str, Writer] = {}


def write(mail: OutgoingMail) -> Letter | None:
    """The letter for a queued mail, in its language; None when its reason is gone."""
    if mail.kind in NEWS and not may_send_news(
        email=mail.recipient, organization_id=mail.organization_id, now=clock.now()
    ):
        return None  # asked again at the last moment: whoever has objected meanwhile gets nothing
    with override(mail.language):
        return _WRITERS[mail.kind](mail)


def writes(*kinds: str) -> Callable[[Writer], Writer]:
    """Decorates the function that writes the letters of these kinds."""

    def register(writer: Writer) -> Writer:
        for kind in kinds:
            _WRITERS[kind] = writer
        return writer

    return register


def order_of(mail: OutgoingMail) -> Order | None:
    """The order that a mail is about, with its event and seller; None when there is none any more."""
    return Order.objects.select_related("event", "organization").filter(reference=mail.about).first()


def _first_name(name: str) -> str:
    return name.split(" ")[0] if name else ""


def greeting(name: str) -> str:
    """By first name; without one when we do not know it."""
    first = _first_name(name)
    return _("Hi %(name)s") % {"name": first} if first else _("Hi")


def _rows(lines: list[OrderLine], language: str) -> tuple[tuple[str, str], ...]:
    counts: Counter[tuple[str, int]] = Counter()
    for line in lines:
        text = line.text
        if line.dues_from and line.dues_to:
            text = f"{line.text} ({format_day_range(line.dues_from, line.dues_to, language)})"
        elif line.audience == Price.Audience.MEMBER:
            text = _("%(product)s (member price)") % {"product": line.text}
        counts[text, line.amount] += 1
    return tuple(
        (f"{count} × {text}", format_money(amount * count, language=language))
        for (text, amount), count in counts.items()
    )


def _when_and_where(order: Order) -> str:
    event = order.event
    if event.sells_memberships_only:
        return ""
    place = ", ".join(part for part in (event.venue, event.street, f"{event.postcode} {event.city}".strip()) if part)
    days = format_day_range(event.starts_on, event.ends_on, order.language)
    return (
        _("Time and place: %(days)s, %(place)s") % {"days": days, "place": place}
        if place
        else _("Time: %(days)s") % {"days": days}
    )


def foot_links() -> tuple[Button, ...]:
    """What stands below every letter: the privacy policy and help."""
    return (
        Button(_("Privacy policy"), f"{settings.CONBILLET_BASE_URL}/policy/"),
        Button(_("Help"), f"{settings.CONBILLET_BASE_URL}/help/"),
    )


def order_letter(
    order: Order,
    *,
    subject: str,
    paragraphs: tuple[str, ...],
    button: str,
    lines: list[OrderLine] | None = None,
    attachments: tuple[Attachment, ...] = (),
    closing: tuple[str, ...] = (),
    is_contract: bool = True,
) -> Letter:
    """A letter to a buyer about an order: its lines with the legal texts if they are given, its seller, a way to it.

    `is_contract` is false where money goes back: there is nothing left to be told about.
    """
    legal = bool(lines) and is_contract
    return Letter(
        subject=subject,
        greeting=greeting(order.buyer_name),
        paragraphs=paragraphs,
        rows=_rows(lines, order.language) if lines else (),
        total=(_("Total"), format_money(sum(line.amount for line in lines), language=order.language))
        if lines
        else None,
        button=Button(button, mailed_order_link(order)),
        closing=closing,
        small_print=(*(legal_lines(order, lines) if lines and legal else ()), *seller_lines(order.organization)),
        links=(*((terms_link(order),) if legal else ()), *foot_links()),
        accent=order.organization.accent_colour,
        reply_to=order.organization.email,
        attachments=attachments,
    )


@writes("confirmation", "resend")
def confirmation(mail: OutgoingMail) -> Letter | None:
    """The order is paid: what was bought, the receipt and all the tickets."""
    order = order_of(mail)
    if order is None or order.state != Order.State.PAID:
        return None
    lines = list(order.lines.order_by("position"))
    payment = Payment.objects.get(about=order.reference)
    paid = (
        _("Paid %(day)s by %(method)s, ref. %(reference)s.")
        % {
            "day": format_day(order.paid_at or order.placed_at, order.language),
            "method": method_name(payment),
            "reference": pretty(payment.reference),
        }
        if order.amount
        else ""
    )
    vat = sum(line.vat_amount for line in lines)
    vat_text = (
        _("VAT makes up %(vat)s of the total.") % {"vat": format_money(vat, language=order.language)} if vat else ""
    )
    tickets = list(
        Ticket.objects.filter(line__order=order, voided_at__isnull=True)
        .select_related("line__order", "line__product", "participant")
        .order_by("line__position")
    )
    return order_letter(
        order,
        subject=_("Order confirmation %(order)s – %(event)s")
        % {"order": pretty(order.reference), "event": order.event.name},
        paragraphs=tuple(filter(None, (_thanks(order, tickets), _when_and_where(order)))),
        lines=lines,
        button=_("See the order and the tickets") if tickets else _("See the order"),
        attachments=_attachments(order, tickets),
        closing=tuple(text for text in (paid, vat_text) if text),
    )


def _thanks(order: Order, tickets: list[Ticket]) -> str:
    """Only what is true: a free order was not paid, and a T-shirt alone has no ticket."""
    if not tickets:
        return _("Thank you for your order. It is paid.") if order.amount else _("Thank you for your order.")
    if order.amount:
        return _(
            "Thank you for your order. It is paid, and your tickets are attached. You can also open them on your phone from the order's own page."
        )
    return _(
        "Thank you for your order. Your tickets are attached. You can also open them on your phone from the order's own page."
    )


def _attachments(order: Order, tickets: list[Ticket]) -> tuple[Attachment, ...]:
    found = []
    if tickets:
        content = tickets_pdf(
            tickets=tickets, event=order.event, organization=order.organization, language=order.language
        )
        found.append(Attachment(file_name(_("tickets"), order.reference), content))
    for receipt in order.receipts.filter(kind=Receipt.Kind.RECEIPT).order_by("number"):
        content = receipt_pdf(
            receipt=receipt, order=order, event=order.event, organization=order.organization, language=order.language
        )
        found.append(Attachment(f"{_('receipt')}-{receipt.number}.pdf", content))
    return tuple(found)


@writes("holder")
def holder(mail: OutgoingMail) -> Letter | None:
    """Somebody got a ticket on another's order: the ticket, and who holds their data and since when (GDPR art. 14)."""
    person = (
        Participant.objects.select_related("order__event", "order__organization").filter(pk=int(mail.about)).first()
    )
    if person is None or person.order.state != Order.State.PAID:
        return None
    order = person.order
    tickets = list(
        Ticket.objects.filter(participant=person, voided_at__isnull=True)
        .select_related("line__order", "line__product", "participant")
        .order_by("line__position")
    )
    if not tickets:
        return None
    content = tickets_pdf(tickets=tickets, event=order.event, organization=order.organization, language=order.language)
    return Letter(
        subject=_("Your ticket for %(event)s") % {"event": order.event.name},
        greeting=greeting(person.name),
        paragraphs=(
            _("%(buyer)s has bought a ticket for you. It is attached, and you can open it on your phone.")
            % {"buyer": order.buyer_name},
            _when_and_where(order),
            _(
                "%(seller)s holds your name and what else was entered about you with the order, to run the event and to keep its accounts. "
                "ConBillet keeps it on the association's behalf. You can see it, have it corrected or have it deleted: write to the association, or use the help page."
            )
            % {"seller": order.organization.name},
            _(
                "It was typed in by %(buyer)s. It is used because of the purchase and, for vouchers, because the Bookkeeping Act demands it: "
                "they are kept for five years after the accounting year. Our privacy policy says more, also to whom you can complain."
            )
            % {"buyer": order.buyer_name},
        ),
        button=Button(_("Open the ticket"), participant_link(person)),
        small_print=seller_lines(order.organization),
        links=foot_links(),
        accent=order.organization.accent_colour,
        reply_to=order.organization.email,
        attachments=(Attachment(file_name(_("ticket"), order.reference), content),),
    )


@writes("unpaid")
def unpaid(mail: OutgoingMail) -> Letter | None:
    """The order is placed and is to be paid by transfer or at the door."""
    order = order_of(mail)
    if order is None or order.state != Order.State.AWAITING_PAYMENT:
        return None
    lines = list(order.lines.order_by("position"))
    if order.method == Order.Method.TRANSFER:
        how = _(
            "Transfer %(amount)s to account %(account)s with the text %(order)s. The money must arrive by %(until)s; then we send the tickets."
        ) % {
            "amount": format_money(order.amount, language=order.language),
            "account": order.event.transfer_account,
            "order": pretty(order.reference),
            # Deadlines are the ends of days, exclusive: the last day is the one before.
            "until": format_day(order.pay_by_at - timedelta(seconds=1), order.language) if order.pay_by_at else "",
        }
    else:
        how = _("You pay %(amount)s when you come. Say this number at the door: %(order)s.") % {
            "amount": format_money(order.amount, language=order.language),
            "order": pretty(order.reference),
        }
    return order_letter(
        order,
        subject=_("Your order %(order)s – %(event)s") % {"order": pretty(order.reference), "event": order.event.name},
        paragraphs=tuple(filter(None, (_("Thank you for your order. We keep your places for you."), how, _when_and_where(order)))),
        lines=lines,
        button=_("See the order"),
    )


@writes("expired")
def ended(mail: OutgoingMail) -> Letter | None:
    """An unpaid order has run out. Only pay-later orders get this mail: whoever turned back at Stripe knows it."""
    order = order_of(mail)
    if order is None or order.state == Order.State.PAID:
        return None
    return order_letter(
        order,
        subject=_("Order %(order)s was not paid") % {"order": pretty(order.reference)},
        paragraphs=(
            _(
                "We did not receive your payment in time, so the places have been given back. You are welcome to order again while there are places left."
            ),
        ),
        button=_("See the order"),
    )


@writes("late_money")
def late_money(mail: OutgoingMail) -> Letter | None:
    """The money came after the places were gone, and is on its way back by itself."""
    order = order_of(mail)
    if order is None:
        return None
    called_off = order.event.state == Event.State.CANCELLED
    why = (
        _("Your payment of %(amount)s reached us after the event had been called off.")
        if called_off
        else _(
            "Your payment of %(amount)s reached us after the time for it had run out, and the places had been sold to somebody else. We are sorry."
        )
    )
    return order_letter(
        order,
        subject=_("Your money is on its way back – %(event)s") % {"event": order.event.name},
        paragraphs=(
            why % {"amount": format_money(order.amount, language=order.language)},
            _("We have sent the whole amount back by itself. You need not do anything; it usually takes 5 to 10 days."),
        ),
        button=_("See the order"),
    )


@writes("refunded")
def refunded(mail: OutgoingMail) -> Letter | None:
    """A credit note was issued: what was taken back, and the money."""
    receipt = Receipt.objects.select_related("order__event", "order__organization").filter(pk=int(mail.about)).first()
    if receipt is None:
        return None
    order = receipt.order
    lines = list(receipt.lines.order_by("position"))
    content = receipt_pdf(
        receipt=receipt, order=order, event=order.event, organization=order.organization, language=order.language
    )
    amount = format_money(-receipt.amount, language=order.language)
    return order_letter(
        order,
        subject=_("Refund of %(amount)s – %(event)s") % {"amount": amount, "event": order.event.name},
        paragraphs=(
            _(
                "We have sent %(amount)s back to you. It usually takes 5 to 10 days to reach your account. Tickets that were refunded no longer let anybody in."
            )
            % {"amount": amount},
        ),
        lines=lines,
        button=_("See the order"),
        attachments=(Attachment(f"{_('credit-note')}-{receipt.number}.pdf", content),),
        is_contract=False,
    )


@writes("invitation")
def invitation(mail: OutgoingMail) -> Letter | None:
    """An offer of a role in an association."""
    found = (
        Invitation.objects.select_related("organization")
        .filter(pk=int(mail.about), accepted_at__isnull=True, withdrawn_at__isnull=True)
        .first()
    )
    if found is None:
        return None
    role = found.get_kind_display()
    return Letter(
        subject=_("You are invited to help run %(organization)s") % {"organization": found.organization.name},
        greeting=_("Hi"),
        paragraphs=(
            _("%(organization)s invites you to ConBillet as: %(role)s.")
            % {"organization": found.organization.name, "role": role},
            _("The invitation is for this e-mail address and is open until %(until)s.")
            % {"until": format_moment(found.expires_at, mail.language)},
        ),
        button=Button(_("See the invitation"), invitation_link(found)),
        closing=(_("If you do not know what this is about, you need not do anything."),),
        links=foot_links(),
        accent=found.organization.accent_colour,
        reply_to=found.organization.email,
    )
