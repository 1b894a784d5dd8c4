"""Money at the door. It is taken outside this program (card terminal, cash, MobilePay) and written down here."""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.live import notify
from conbillet.payments.models import Payment
from conbillet.sales.actions.settle_order import lock_order
from conbillet.sales.models import Order

from .purchase import confirm_payment


class Means(models.TextChoices):
    """With what somebody paid at the door."""

    TERMINAL = "terminal", _("Card terminal")
    CASH = "cash", _("Cash")
    MOBILEPAY = "mobilepay", _("MobilePay")


class CannotPayHere(Exception):
    """`message` says why, fit for the crew."""

    message = _("This order cannot be paid at the door.")

    def __str__(self) -> str:
        return str(self.message)


class NotWaiting(CannotPayHere):
    message = _("The order is not waiting for money: it has been paid, cancelled, or has run out.")


class UnknownMeans(CannotPayHere):
    message = _("Say how it was paid.")


@transaction.atomic
def pay_at_door(*, order: Order, means: str, actor: Actor, now: datetime) -> Order:
    """The whole amount of an order "pay at the door" was taken; returns the paid order. Its tickets exist then.

    Raises CannotPayHere, and then nothing has changed: no money must be taken twice for one order.
    """
    if means not in Means.values:
        raise UnknownMeans
    # Locked before the state is asked, so that two at the door do not both take the money.
    order, _hold = lock_order(reference=order.reference)
    payment = Payment.objects.get(about=order.reference)
    if order.method != Order.Method.DOOR:
        raise CannotPayHere
    if order.state != Order.State.AWAITING_PAYMENT or payment.state != Payment.State.EXPECTED:
        raise NotWaiting
    paid = confirm_payment(
        payment_id=payment.pk, amount=order.amount, provider_payment="", provider_method="door", now=now
    )
    audit.record(
        action="order_paid_at_door",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
        amount=order.amount,
        means=means,
    )
    notify(f"event:{order.event_id}")
    return paid
