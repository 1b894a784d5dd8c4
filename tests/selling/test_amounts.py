"""Amounts that nobody believes, and prices that change at the wrong moment (I12)."""

import pytest

from conbillet.catalogue.models import Price
from conbillet.core.money import LARGEST_AMOUNT
from conbillet.payments.actions.start_checkout import CheckoutFailed
from conbillet.payments.models import Payment
from conbillet.sales.actions.add_to_cart import CannotAddToCart, Wish
from conbillet.sales.actions.place_order import AmountChanged, NotByCard, TooMuch
from conbillet.sales.models import Order
from conbillet.workflows.purchase import pay
from tests.invariants import broken
from tests.purchases import cart_with, order_of, pay_for
from tests.selling.test_changing_carts import place

pytestmark = pytest.mark.django_db


def test_donations_beyond_belief_are_refused_together_as_each_by_itself(world, now):
    cart = cart_with(world, now, *[Wish(world.donation.pk, 1, None, LARGEST_AMOUNT)] * 3)
    with pytest.raises(TooMuch):
        place(world, cart, now)
    assert not Order.objects.exists()
    with pytest.raises(CannotAddToCart):
        cart_with(world, now, Wish(world.donation.pk, 1, None, LARGEST_AMOUNT + 1))


@pytest.mark.parametrize("amount", [0, -1, -LARGEST_AMOUNT, LARGEST_AMOUNT + 1])
def test_no_donation_takes_from_the_total(world, now, amount):
    with pytest.raises(CannotAddToCart):
        cart_with(world, now, Wish(world.adult.pk, 1), Wish(world.donation.pk, 1, None, amount))


@pytest.mark.parametrize("quantity", [-1, 101, 10**12])
def test_no_number_of_things_is_negative_or_endless(world, now, quantity):
    with pytest.raises(CannotAddToCart):
        cart_with(world, now, Wish(world.adult.pk, quantity))


def test_a_price_of_the_buyers_own_is_for_gifts_only(world, now):
    with pytest.raises(CannotAddToCart):
        cart_with(world, now, Wish(world.adult.pk, 1, None, 100))


def test_a_price_that_rises_before_the_button_is_shown_first_and_after_it_changes_nothing(world, now):
    cart = cart_with(world, now, Wish(world.adult.pk, 2))
    shown = 2 * Price.objects.get(product=world.adult, audience="ordinary").amount
    Price.objects.filter(product=world.adult).update(amount=99900)
    type(world.event).objects.filter(pk=world.event.pk).update(version=world.event.version + 1)
    with pytest.raises(AmountChanged):
        place(world, cart, now, shown_amount=shown)
    order = place(world, cart, now, shown_amount=2 * 99900)
    Price.objects.filter(product=world.adult).update(amount=100)
    type(world.event).objects.filter(pk=world.event.pk).update(version=world.event.version + 2)
    assert Payment.objects.get(about=order.reference).amount == 2 * 99900
    pay_for(order, now)
    assert broken() == []


def test_the_most_one_order_can_cost_fits(world, now):
    type(world.event).objects.filter(pk=world.event.pk).update(transfer_allowed=True, version=2)
    order = order_of(world, now, Wish(world.donation.pk, 1, None, LARGEST_AMOUNT), method="transfer")
    pay_for(order, now)
    assert broken() == []


class TestTooLittleForACard:
    """Stripe takes 2.50 kr. and up, to eight digits of øre: an order that cannot be paid must not keep places."""

    @pytest.mark.parametrize(("amount", "fits"), [(100, False), (249, False), (250, True), (99_999_999, True), (100_000_000, False)])
    def test_such_an_order_is_refused_before_it_is_placed(self, world, now, amount, fits):
        least(world, 100)
        cart = cart_with(world, now, Wish(world.donation.pk, 1, None, amount))
        if fits:
            assert place(world, cart, now).amount == amount
        else:
            with pytest.raises(NotByCard):
                place(world, cart, now)
            assert not Order.objects.exists()

    def test_other_ways_take_it(self, world, now):
        least(world, 100)
        type(world.event).objects.filter(pk=world.event.pk).update(door_allowed=True, version=2)
        cart = cart_with(world, now, Wish(world.donation.pk, 1, None, 100))
        assert place(world, cart, now, method="door").amount == 100

    @pytest.mark.parametrize("door", [True, False])
    def test_the_checkout_offers_what_works(self, visitor, door):
        world = visitor.shop.world
        least(world, 100)
        type(world.event).objects.filter(pk=world.event.pk).update(door_allowed=door, version=2)
        visitor.add(donation="1")
        html = visitor.checkout().content.decode()
        assert ("Bestil med betalingspligt" in html) == door
        answer = visitor.buy(p1__whose=None, p1__birth_date=None)
        if door:
            assert answer.status_code == 303 and visitor.order().method == "door"
        else:
            assert answer.status_code == 200 and "2,50 kr." in answer.content.decode() and not Order.objects.exists()

    def test_stripe_would_refuse_it(self, shop):
        order = shop.order()
        Order.objects.filter(pk=order.pk).update(amount=100)
        order.lines.update(amount=100)
        Payment.objects.update(amount=100)
        with pytest.raises(CheckoutFailed):
            pay(order=Order.objects.get(pk=order.pk), now=shop.now)


def least(world, amount: int) -> None:
    Price.objects.filter(product=world.donation).update(amount=amount)
    type(world.event).objects.filter(pk=world.event.pk).update(version=world.event.version + 1)
