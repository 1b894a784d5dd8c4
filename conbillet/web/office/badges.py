"""States in words and colours, the same on every page of the office: (kind of badge, text)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from conbillet.mail.models import OutgoingMail
from conbillet.payments.models import Refund
from conbillet.sales.models import Order


@dataclass(frozen=True)
class Badge:
    kind: str
    text: Any


_ORDERS = {
    Order.State.AWAITING_PAYMENT: Badge("warn", _("Awaiting payment")),
    Order.State.PAID: Badge("good", _("Paid")),
    Order.State.CANCELLED: Badge("", _("Cancelled")),
    Order.State.EXPIRED: Badge("", _("Expired")),
}
_REFUNDED = Badge("info", _("Refunded"))
_PARTLY = Badge("info", _("Partly refunded"))

REFUNDS = {
    Refund.State.REQUESTED: Badge("warn", _("On its way")),
    Refund.State.SUCCEEDED: Badge("good", _("Refunded")),
    Refund.State.FAILED: Badge("bad", _("Failed")),
}
MAILS = {
    OutgoingMail.State.WAITING: Badge("warn", _("Waiting")),
    OutgoingMail.State.SENDING: Badge("warn", _("Waiting")),
    OutgoingMail.State.SENT: Badge("good", _("Sent")),
    OutgoingMail.State.FAILED: Badge("bad", _("Could not be delivered")),
}


def order_badge(order: Order, *, partly_refunded: bool = False) -> Badge:
    """A paid order that was cancelled is one that was refunded."""
    if order.state == Order.State.CANCELLED and order.paid_at:
        return _REFUNDED
    if order.state == Order.State.PAID and partly_refunded:
        return _PARTLY
    return _ORDERS[Order.State(order.state)]
