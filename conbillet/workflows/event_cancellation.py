"""An event is called off: nobody pays for it any more. Paid orders are the association's to refund, in its own time."""

from conbillet.core import clock
from conbillet.core.actor import SYSTEM
from conbillet.sales.models import Order

from .order_care import give_up


def event_cancelled(*, event: int) -> None:
    """Job: end every order that still waits for its money, its session at Stripe included.

    Repeating it is harmless. Raises CheckoutUnknown when Stripe does not answer; the job is then tried again, and goes
    on with the orders that are left. Whatever was paid meanwhile stays paid.
    """
    waiting = Order.objects.filter(event_id=event, state=Order.State.AWAITING_PAYMENT)
    for order in waiting.order_by("pk").iterator(chunk_size=200):
        give_up(order=order, actor=SYSTEM, now=clock.now())
