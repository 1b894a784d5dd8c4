"""Calling an event off ends what was not paid, and leaves what was."""

import pytest

from conbillet.catalogue.actions.cancel_event import cancel_event
from conbillet.catalogue.models import Quota
from conbillet.sales.actions.add_to_cart import CannotAddToCart, Wish
from conbillet.sales.models import Order
from conbillet.workflows.event_cancellation import event_cancelled
from tests.jobs import run_jobs
from tests.purchases import cart_with, order_of, paid_order


def test_unpaid_orders_end_and_paid_ones_stay(world, now):
    world.event.door_allowed = True
    world.event.save()
    wish = Wish(world.adult.pk, 1)
    paid, waiting = paid_order(world, now, wish), order_of(world, now, wish, method="door")
    cancel_event(event=world.event, actor=world.actor(world.owner), now=now)
    assert "event_cancelled" in run_jobs()
    event_cancelled(event=world.event.pk)  # once more changes nothing
    assert {order.pk: order.state for order in Order.objects.all()} == {paid.pk: "paid", waiting.pk: "cancelled"}
    quota = Quota.objects.get(pk=world.people.pk)
    assert (quota.sold, quota.held) == (1, 0)
    world.event.refresh_from_db()
    with pytest.raises(CannotAddToCart):
        cart_with(world, now, wish)
