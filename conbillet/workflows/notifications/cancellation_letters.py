"""Letters about what was called off or cancelled by the association."""

from django.utils.translation import gettext as _

from conbillet.core.formats import format_day_range, format_money
from conbillet.core.references import pretty
from conbillet.mail.letter import Letter
from conbillet.mail.models import OutgoingMail
from conbillet.payments.models import Payment
from conbillet.sales.models import Cancellation, Order, Participant

from .letters import foot_links, greeting, order_letter, order_of, seller_lines, writes


@writes("event_cancelled")
def event_cancelled(mail: OutgoingMail) -> Letter | None:
    """The event is called off: what becomes of the buyer's money."""
    order = order_of(mail)
    if order is None:
        return None
    return order_letter(
        order,
        subject=_("%(event)s is called off") % {"event": order.event.name},
        paragraphs=(_called_off(order), *_money(order)),
        button=_("See the order"),
        closing=(_("Questions? Answer this mail: it goes to %(seller)s.") % {"seller": order.organization.name},),
    )


@writes("event_cancelled_holder")
def event_cancelled_holder(mail: OutgoingMail) -> Letter | None:
    """The same to somebody with a ticket on another's order, who has no money coming."""
    person = (
        Participant.objects.select_related("order__event", "order__organization").filter(pk=int(mail.about)).first()
    )
    if person is None:
        return None
    order = person.order
    return Letter(
        subject=_("%(event)s is called off") % {"event": order.event.name},
        greeting=greeting(person.name),
        paragraphs=(
            _called_off(order),
            _("Your ticket lets nobody in any more. %(buyer)s, who bought it, is told about the money.")
            % {"buyer": order.buyer_name},
        ),
        closing=(_("Questions? Answer this mail: it goes to %(seller)s.") % {"seller": order.organization.name},),
        small_print=seller_lines(order.organization),
        links=foot_links(),
        accent=order.organization.accent_colour,
        reply_to=order.organization.email,
    )


@writes("order_cancelled", "given_up")
def order_cancelled(mail: OutgoingMail) -> Letter | None:
    """An unpaid order was cancelled: by the association, with its reason if it chose to tell it, or by the buyer."""
    order = order_of(mail)
    if order is None or order.state != Order.State.CANCELLED:
        return None
    number, seller = pretty(order.reference), order.organization.name
    nothing = _("You need not pay anything, and the places have been given back.")
    if mail.kind == "given_up":
        return order_letter(
            order,
            subject=_("You have cancelled order %(order)s") % {"order": number},
            paragraphs=(
                _("Your order for %(event)s is cancelled, as you asked.") % {"event": order.event.name},
                nothing,
            ),
            button=_("See the order"),
        )
    cancellation = Cancellation.objects.filter(order=order).first()
    reason = cancellation.reason if cancellation and cancellation.reason_told else ""
    said = (_("They write: “%(reason)s”") % {"reason": reason},) if reason else ()
    return order_letter(
        order,
        subject=_("Order %(order)s was cancelled by %(seller)s") % {"order": number, "seller": seller},
        paragraphs=(
            _("Your order for %(event)s was cancelled by %(seller)s.") % {"event": order.event.name, "seller": seller},
            *said,
            nothing,
            _(
                "If you have paid already, the money goes back to you, or you get your tickets after all while there are places left."
            ),
        ),
        button=_("See the order"),
        closing=(_("Questions? Answer this mail: it goes to %(seller)s.") % {"seller": seller},),
    )


def _called_off(order: Order) -> str:
    days = format_day_range(order.event.starts_on, order.event.ends_on, order.language)
    return _("We are sorry: %(seller)s has had to call off %(event)s, %(days)s.") % {
        "seller": order.organization.name,
        "event": order.event.name,
        "days": days,
    }


def _money(order: Order) -> tuple[str, ...]:
    """What becomes of the money, as the order stands now."""
    if order.paid_at is None:
        return (
            _("Order %(order)s is not paid, and you need not pay anything. It has been cancelled.")
            % {"order": pretty(order.reference)},
            _("Did you pay just now? Then the money goes back to you, and you get a mail about it."),
        )
    if not order.amount:
        return (_("Your order cost nothing, so there is no money to give back. Your tickets let nobody in any more."),)
    amount = format_money(order.amount, language=order.language)
    seller = order.organization.name
    payment = Payment.objects.get(about=order.reference)
    how = (
        _(
            "You have paid %(amount)s. What you paid for tickets, beds, meals and things goes back to the card or the MobilePay that you paid with. You need not do anything, and you get a mail when it is on its way."
        )
        if payment.method == Payment.Method.CARD
        else _(
            "You have paid %(amount)s by transfer or at the door. %(seller)s gives back by hand what you paid for tickets, beds, meals and things: answer this mail with the number of your account."
        )
    )
    texts = [how % {"amount": amount, "seller": seller}]
    kinds = set(order.lines.filter(reverses=None).values_list("kind", flat=True))
    if kinds & {"membership", "donation"}:
        texts.append(
            _(
                "A membership goes on, and a gift stays a gift, unless %(seller)s decides to give those back too. Write to them if you want yours back."
            )
            % {"seller": seller}
        )
    texts.append(_("Your tickets let nobody in any more."))
    return tuple(texts)
