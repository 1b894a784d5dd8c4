"""Somebody goes to the payment provider again, late: the places are kept as long as they can pay there."""

from datetime import datetime, timedelta

from django.db import transaction

from ..models import Order
from .settle_order import lock_order

# A payment page lives at least half an hour; a few minutes more for its news to arrive.
PAYING = timedelta(minutes=36)
# Nobody keeps places for ever by starting to pay again and again.
LONGEST = timedelta(hours=2)


class TooLate(Exception):
    """The order has ended, or its time has been extended often enough."""


@transaction.atomic
def extend_payment_time(*, order: Order, now: datetime) -> Order:
    """Keep the places of an unpaid order for 36 minutes from now, but at most two hours after it was placed."""
    order, hold = lock_order(reference=order.reference)
    if order.state != Order.State.AWAITING_PAYMENT or hold.ended_at is not None or order.pay_by_at is None:
        raise TooLate
    if order.pay_by_at <= now or now + PAYING > order.placed_at + LONGEST:
        raise TooLate
    order.pay_by_at = hold.expires_at = now + PAYING
    order.save(update_fields=["pay_by_at"])
    hold.save(update_fields=["expires_at"])
    return order
