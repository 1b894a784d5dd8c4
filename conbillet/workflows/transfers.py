"""Money that comes outside Stripe: somebody of the association has seen it on the bank account or in the till."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.payments.models import Payment
from conbillet.sales.actions.settle_order import lock_order
from conbillet.sales.models import Order

from .purchase import confirm_payment, is_confirmed


class CannotConfirm(Exception):
    """`message` says why, fit for the office."""

    message = _("The payment cannot be confirmed.")

    def __str__(self) -> str:
        return str(self.message)


class PaidByStripe(CannotConfirm):
    message = _("This order is paid through Stripe, which tells us by itself.")


class ConfirmedAlready(CannotConfirm):
    message = _("This payment has been confirmed already.")


class OtherAmount(CannotConfirm):
    message = _("That is not the amount of the order. Pay it back and ask for the right amount, or look for another order.")


@transaction.atomic
def confirm_received(*, order: Order, amount: int, actor: Actor, now: datetime) -> Order:
    """Confirm that `amount` øre came by bank transfer (or at the door) for an order; it must be the order's amount.

    Also for an order whose time had run out: it is admitted again while there are places; otherwise the money is written
    down as going back, and the order that is returned is not paid. Raises CannotConfirm, and then nothing has changed.
    """
    order, _hold = lock_order(reference=order.reference)
    if order.method not in {Order.Method.TRANSFER, Order.Method.DOOR}:
        raise PaidByStripe
    payment = Payment.objects.get(about=order.reference)
    if is_confirmed(payment):
        raise ConfirmedAlready
    if amount != payment.amount:
        raise OtherAmount
    audit.record(
        action="payment_received",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
        amount=amount,
        method=order.method,
    )
    return confirm_payment(
        payment_id=payment.pk, amount=amount, provider_payment="", provider_method=order.method, now=now
    )
