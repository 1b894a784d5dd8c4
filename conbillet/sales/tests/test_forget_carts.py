"""Abandoned carts go after a day; live and ordered ones stay."""

from datetime import timedelta

from conbillet.sales.actions.add_to_cart import Wish, add_to_cart
from conbillet.sales.actions.forget_carts import forget_carts
from conbillet.sales.models import Cart, CartLine, Hold


def test_only_abandoned_carts_are_forgotten(world, now):
    old = add_to_cart(event=world.event, cart=None, wishes=[Wish(world.day.pk, 2)], language="da", now=now)
    later = now + timedelta(hours=25)
    fresh = add_to_cart(event=world.event, cart=None, wishes=[Wish(world.day.pk, 1)], language="da", now=later)
    ordered = add_to_cart(event=world.event, cart=None, wishes=[Wish(world.day.pk, 1)], language="da", now=now)
    Cart.objects.filter(pk=ordered.pk).update(ordered_at=now)
    assert forget_carts(now=later) == 1
    assert set(Cart.objects.values_list("pk", flat=True)) == {fresh.pk, ordered.pk}
    assert not CartLine.objects.filter(cart_id=old.pk).exists() and not Hold.objects.filter(cart_id=old.pk).exists()
    world.people.refresh_from_db()
    assert world.people.held == 1  # the fresh cart's only: the expired ones gave theirs back
