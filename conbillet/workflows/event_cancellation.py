"""An event is called off: everybody is told, and nobody pays for it any more. What was paid goes back by `event_refunds`."""

from django.db import transaction

from conbillet.core import clock
from conbillet.core.actor import SYSTEM
from conbillet.sales.models import Order

from .notifications.queueing import queue_event_cancelled
from .order_care import give_up

LIVE = (Order.State.AWAITING_PAYMENT, Order.State.PAID)


def event_cancelled(*, event: int) -> None:
    """Job: write to everybody with a live order, then end every order that still waits for its money, also at Stripe.

    Repeating it is harmless: a mail has a key of its own. Raises CheckoutUnknown when Stripe does not answer; the job is
    then tried again, and goes on with the orders that are left. Whatever was paid meanwhile stays paid, until the
    association gives it back.
    """
    live = Order.objects.filter(event_id=event, state__in=LIVE)
    for order in live.order_by("pk").iterator(chunk_size=200):
        with transaction.atomic():
            queue_event_cancelled(order=order, now=clock.now())
    for order in live.filter(state=Order.State.AWAITING_PAYMENT).order_by("pk").iterator(chunk_size=200):
        give_up(order=order, actor=SYSTEM, now=clock.now())
