"""Attempts to break the stock by doing two things at once, or one thing late."""

from datetime import timedelta

import pytest

from conbillet.sales.actions.add_to_cart import ProductSoldOut, Wish, add_to_cart
from conbillet.sales.actions.change_cart import change_cart
from conbillet.sales.models import Hold
from tests.invariants import carts_have_one_live_hold, stock_is_what_holds_say
from tests.purchases import cart_with


def put(world, now, *wishes, cart=None):
    return add_to_cart(event=world.event, cart=cart, wishes=list(wishes), language="da", now=now)


def counters(quota):
    quota.refresh_from_db()
    return quota.size, quota.held, quota.sold


class TestOnesOwnExpiredHold:
    """A visitor comes back late, their own hold has run out but nobody has taken its places, and wants more."""

    @pytest.fixture
    def late(self, world, now):
        cart = cart_with(world, now, Wish(world.adult.pk, 4))
        put(world, now + timedelta(minutes=15), Wish(world.adult.pk, 5))  # somebody else, still in time
        return cart, now + timedelta(minutes=25)

    def test_is_not_taken_away_by_wanting_one_more(self, world, late):
        cart, now = late
        put(world, now, Wish(world.adult.pk, 1), cart=cart)  # the last place
        assert counters(world.people) == (10, 10, 0)
        assert stock_is_what_holds_say() == []
        assert Hold.objects.get(cart=cart).ended_at is None

    @pytest.mark.parametrize("by", ["adding", "changing"])
    def test_nor_by_wanting_more_than_there_is(self, world, late, by):
        cart, now = late
        with pytest.raises(ProductSoldOut):
            if by == "adding":
                put(world, now, Wish(world.adult.pk, 2), cart=cart)
            else:
                change_cart(cart=cart, wishes=[Wish(world.adult.pk, 6)], now=now)
        assert counters(world.people) == (10, 9, 0)
        assert stock_is_what_holds_say() == []

    def test_changing_to_more_keeps_it(self, world, late):
        cart, now = late
        change_cart(cart=cart, wishes=[Wish(world.adult.pk, 5)], now=now)
        assert counters(world.people) == (10, 10, 0)
        assert stock_is_what_holds_say() == carts_have_one_live_hold() == []

    def test_another_visitors_expired_hold_still_gives_way(self, world, now, late):
        cart, _late = late
        change_cart(cart=cart, wishes=[Wish(world.adult.pk, 10)], now=now + timedelta(hours=1))
        assert counters(world.people) == (10, 10, 0)
        assert stock_is_what_holds_say() == []
