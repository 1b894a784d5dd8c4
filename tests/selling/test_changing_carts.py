"""Changing a cart while something else happens to it, or to the event."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.test import Client

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.sales.access import get_cart
from conbillet.sales.actions import change_cart as changing
from conbillet.sales.actions.add_to_cart import Wish, add_to_cart
from conbillet.sales.actions.change_cart import CartIsOrdered, change_cart
from conbillet.sales.models import Cart
from conbillet.web.shop.views import checkout as page
from conbillet.workflows.purchase import place_order
from tests.invariants import stock_is_what_holds_say
from tests.purchases import ACCEPTED, cart_with, details_for


def put(world, now, *wishes, cart=None):
    return add_to_cart(event=world.event, cart=cart, wishes=list(wishes), language="da", now=now)


def counters(quota):
    quota.refresh_from_db()
    return quota.size, quota.held, quota.sold


@pytest.mark.django_db(transaction=True)
def test_changing_a_cart_and_filling_another_do_not_wait_for_each_other_crosswise(world, now, monkeypatch):
    """The first has its cart locked and wants a place; the second has a place and writes a row that points to the event."""
    mine = cart_with(world, now, Wish(world.adult.pk, 1))
    locked, taken, wrong = threading.Event(), threading.Event(), []
    original = changing.offer_of

    def offer_of(event):
        locked.set()
        assert taken.wait(10)
        return original(event)

    monkeypatch.setattr(changing, "offer_of", offer_of)

    def attempt(what):
        try:
            what()
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    def fill():
        assert locked.wait(10)
        with transaction.atomic():
            put(world, now, Wish(world.adult.pk, 1), Wish(world.bed.pk, 1))
            taken.set()

    threads = [
        threading.Thread(target=attempt, args=(lambda: change_cart(cart=mine, wishes=[Wish(world.adult.pk, 2)], now=now),)),
        threading.Thread(target=attempt, args=(fill,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert counters(world.people) == (10, 3, 0) and stock_is_what_holds_say() == []


def test_a_cart_that_is_ordered_while_it_is_changed_leads_to_its_order(world, now):
    stale = cart_with(world, now, Wish(world.adult.pk, 1))
    order = place(world, stale, now)
    with pytest.raises(CartIsOrdered) as refused:
        change_cart(cart=stale, wishes=[Wish(world.adult.pk, 3)], now=now)
    assert refused.value.order == order
    assert counters(world.people) == (10, 1, 0) and stock_is_what_holds_say() == []


def test_so_does_the_page(world, monkeypatch):
    instant = clock.now()
    Event.objects.filter(pk=world.event.pk).update(
        sales_open_at=instant - timedelta(days=1), sales_close_at=instant + timedelta(days=1), starts_on=instant.date() + timedelta(days=9),
        ends_on=instant.date() + timedelta(days=9), version=2,
    )  # fmt: skip
    client, base = Client(), f"/{world.organization.slug}/{world.event.slug}/"
    assert client.post(f"{base}cart/", {f"quantity_{world.adult.pk}": 1}).status_code == 303
    stale = get_cart(reference=Cart.objects.get().reference, organization=world.organization.slug, event=world.event.slug)
    order = place(world, Cart.objects.select_related("event").get(), instant)
    monkeypatch.setattr(page, "_cart", lambda *_: stale)  # read a moment before
    answer = client.post(f"{base}checkout/", {"cart": stale.reference, "change": f"{world.adult.pk}.0.2"})
    assert (answer.status_code, answer["Location"]) == (303, f"/order/{order.reference}/{order.access_key}/")


def place(world, cart, now, people=(), **said):
    return place_order(cart=cart, details=details_for(cart, *people, **said), accepted=ACCEPTED, actor=ANONYMOUS, now=now)
