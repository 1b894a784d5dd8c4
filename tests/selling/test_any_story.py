"""Three visitors at a small convention do whatever they like, at whatever time: every invariant holds after every step."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conbillet.core.actor import SYSTEM
from conbillet.sales import stock
from conbillet.sales.actions.add_to_cart import CannotAddToCart, Wish, add_to_cart
from conbillet.sales.actions.cancel_order import CannotCancel, cancel_order
from conbillet.sales.actions.change_cart import CartIsOrdered, change_cart
from conbillet.sales.actions.extend_payment_time import TooLate, extend_payment_time
from conbillet.sales.actions.place_order import CannotPlaceOrder
from conbillet.sales.models import Cart, Order
from conbillet.sales.stock import release_expired
from conbillet.workflows.refunds import CannotRefund, refund_lines
from tests.invariants import broken, carts_have_one_live_hold, stock_is_what_holds_say
from tests.purchases import ADA, BO, pay_for
from tests.selling.test_changing_carts import place

pytestmark = pytest.mark.django_db

WHAT = ("add", "change", "place", "pay", "cancel", "extend", "refund", "sweep", "wait")
PEOPLE = (ADA, BO, *[ADA] * 20)
step = st.tuples(st.sampled_from(WHAT), st.integers(0, 2), st.integers(0, 6), st.sampled_from(["adult", "bed", "shirt"]))


class Story:
    def __init__(self, world, now) -> None:
        self.world, self.now, self.carts = world, now, [None, None, None]

    def take(self, what: str, who: int, number: int, thing: str) -> None:
        refusals = (CannotAddToCart, CartIsOrdered, CannotPlaceOrder, CannotCancel, CannotRefund, TooLate)
        with suppress(*refusals), transaction.atomic():
            getattr(self, what)(who, number, thing)

    def wish(self, thing: str, number: int) -> Wish:
        size = self.world.sizes["M"].pk if thing == "shirt" else None
        return Wish(getattr(self.world, thing).pk, number, size)

    def order(self, who: int) -> Order | None:
        return Order.objects.filter(cart=self.carts[who]).first() if self.carts[who] else None

    def add(self, who, number, thing):
        cart = add_to_cart(
            event=self.world.event, cart=self.carts[who], wishes=[self.wish(thing, number or 1)], language="da", now=self.now
        )
        self.carts[who] = Cart.objects.select_related("event").get(pk=cart.pk)

    def change(self, who, number, thing):
        if self.carts[who]:
            change_cart(cart=self.carts[who], wishes=[self.wish(thing, number)], now=self.now)

    def place(self, who, number, thing):
        if self.carts[who]:
            place(self.world, self.carts[who], self.now, people=PEOPLE)

    def pay(self, who, number, thing):
        if order := self.order(who):
            pay_for(order, self.now)

    def cancel(self, who, number, thing):
        if order := self.order(who):
            cancel_order(order=order, reason="", actor=SYSTEM, now=self.now)

    def extend(self, who, number, thing):
        if order := self.order(who):
            extend_payment_time(order=order, now=self.now)

    def refund(self, who, number, thing):
        if order := self.order(who):
            lines = list(order.lines.filter(reverses=None, reversal=None).order_by("position"))[: number or 1]
            actor = self.world.actor(self.world.owner)
            refund_lines(order=order, lines=lines, reason="requested", actor=actor, now=self.now)

    def sweep(self, who, number, thing):
        release_expired(now=self.now)

    def wait(self, who, number, thing):
        self.now += timedelta(minutes=(1, 5, 15, 21, 40, 61, 130)[number])


@given(st.lists(step, min_size=4, max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_invariant_holds_after_every_step(world, now, story):
    start = transaction.savepoint()
    told = Story(world, now)
    for one in story:
        told.take(*one)
        assert stock_is_what_holds_say() == carts_have_one_live_hold() == [], one
    assert broken() == []
    transaction.savepoint_rollback(start)


# A cart of one's own has run out, everything else is taken, and one wants more than there is.
LATE = [("add", 0, 4, "adult"), ("wait", 0, 2, "adult"), ("add", 1, 5, "adult"), ("wait", 0, 1, "adult"), ("wait", 0, 1, "adult"), ("add", 0, 3, "adult")]  # fmt: skip


@pytest.mark.parametrize("planted", [False, True])
def test_planted_a_claim_that_ends_its_own_hold_is_noticed(world, now, monkeypatch, planted):
    if planted:
        original = stock._end_expired
        monkeypatch.setattr(stock, "_end_expired", lambda quotas, at, own, locked: original(quotas, at, None, locked))
    told = Story(world, now)
    for one in LATE:
        told.take(*one)
    assert (stock_is_what_holds_say() != []) == planted


def test_a_story_gets_somewhere(world, now):
    """Else the test above would prove nothing: bought, paid, partly given back, and bought late once more."""
    told = Story(world, now)
    for one in [
        ("add", 0, 2, "adult"), ("add", 0, 1, "bed"), ("wait", 0, 3, "bed"), ("place", 0, 0, "bed"), ("wait", 0, 6, "bed"),
        ("sweep", 0, 0, "bed"), ("pay", 0, 0, "bed"), ("refund", 0, 1, "bed"), ("add", 0, 1, "shirt"),
    ]:  # fmt: skip
        told.take(*one)
    order = Order.objects.get()
    assert (order.state, order.lines.count()) == ("paid", 4) and told.carts[0].pk != order.cart_id
    assert broken() == []
