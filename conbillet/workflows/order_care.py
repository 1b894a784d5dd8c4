"""What a buyer does with an order that is placed: mend the e-mail, get the mail once more, give it up."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core.actor import Actor
from conbillet.core.live import notify
from conbillet.core.rate_limits import spend
from conbillet.payments.actions.expire_checkout import expire_checkout
from conbillet.payments.models import Payment
from conbillet.sales.actions.cancel_order import CannotCancel, cancel_order
from conbillet.sales.actions.mend_order_email import mend_order_email
from conbillet.sales.models import Order
from conbillet.tickets.actions.reissue_ticket import CannotReissue, reissue_ticket
from conbillet.tickets.models import Ticket

from .checkouts import outdate_checkouts
from .notifications.queueing import queue_order_mail, queue_tickets_again

MAILS_A_DAY = 5
DAY = 86_400


class TooManyMails(Exception):
    """`message` says why, fit for the visitor."""

    message = _("We have sent enough mails about this order today. Try again tomorrow, or write to the association.")

    def __str__(self) -> str:
        return str(self.message)


@transaction.atomic
def mend_email(*, order: Order, email: str, actor: Actor, now: datetime) -> Order:
    """Correct a mistyped address and send the mail there. Raises CannotMendEmail or TooManyMails; then nothing changes.

    If a mail has gone to the wrong address already, whoever got it holds the order's link and perhaps its tickets: the
    link changes, and the tickets are issued anew, so that the old ones let nobody in. Whoever else holds one is sent the new.
    """
    _count(order, now)
    was_mailed = _kind(order) is not None
    order = mend_order_email(order=order, email=email, new_link=was_mailed, actor=actor, now=now)
    reissued = []
    tickets = Ticket.objects.filter(line__order=order, voided_at=None).select_related("participant").order_by("pk")
    for ticket in tickets if was_mailed else ():
        try:
            fresh = reissue_ticket(ticket=ticket, actor=actor, now=now)
        except CannotReissue:
            continue
        fresh.participant = ticket.participant
        reissued.append(fresh)
    outdate_checkouts(order)
    _send(order, now)
    queue_tickets_again(order=order, tickets=reissued, now=now)
    return order


@transaction.atomic
def send_again(*, order: Order, now: datetime) -> bool:
    """Send the order's mail once more. Whether there was anything to send. Raises TooManyMails."""
    _count(order, now)
    return _send(order, now)


def give_up(*, order: Order, actor: Actor, now: datetime) -> bool:
    """The buyer does not want to pay: end the session at Stripe, then the order, so that its places are free at once.

    False when it has been paid meanwhile; then nothing changes. Calls Stripe, so outside any transaction; raises
    CheckoutUnknown when Stripe does not answer.
    """
    if not expire_checkout(payment=Payment.objects.get(about=order.reference), now=now):
        return False
    try:
        cancel_order(order=order, reason="", actor=actor, now=now)
    except CannotCancel:
        return False
    notify(f"order:{order.reference}")
    return True


def _kind(order: Order) -> str | None:
    """Which mail tells where the order stands; none while a payment by card is under way."""
    if order.state == Order.State.PAID:
        return "resend"
    if order.state == Order.State.AWAITING_PAYMENT and order.method != Order.Method.CARD:
        return "unpaid"
    return None


def _send(order: Order, now: datetime) -> bool:
    kind = _kind(order)
    if kind is None:
        return False
    queue_order_mail(kind=kind, order=order, now=now, again=f"{now:%Y%m%d%H%M%S%f}")
    return True


def _count(order: Order, now: datetime) -> None:
    if not spend("order_mail", order.reference, amount=MAILS_A_DAY, seconds=DAY, now=now):
        raise TooManyMails
