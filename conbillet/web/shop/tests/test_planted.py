"""The twins: each guard of the buying pages is taken away, and what its test forbids then happens."""

from django.test import Client

from conbillet.core import clock
from conbillet.sales.actions import mend_order_email
from conbillet.sales.models import Cart, Order
from conbillet.tickets.models import Ticket
from conbillet.web.shop.views import checkout
from tests.jobs import run_jobs
from tests.purchases import pay_for


def test_without_the_look_at_the_total_shown_an_altered_one_is_bought(visitor, world, monkeypatch):
    visitor.add(adult=1)
    data = visitor.fill(shown_amount="1") | {"action": "buy"}
    monkeypatch.setattr(checkout, "shown_amount", lambda sent: 40000)
    assert visitor.post(f"{visitor.base}checkout/", data).status_code == 303
    assert Order.objects.exists()


def test_without_the_look_at_where_a_form_comes_from_other_sites_fill_carts(visitor, world, monkeypatch):
    monkeypatch.setattr("conbillet.web.shop.views.cart.sent_from_elsewhere", lambda request: False)
    data = {f"quantity_{world.adult.pk}": 1}
    visitor.client.post(f"{visitor.base}cart/", data, headers={"sec-fetch-site": "cross-site"})
    assert Cart.objects.exists()


def test_without_the_comparison_of_secrets_a_reference_opens_everything(visitor, world, monkeypatch):
    visitor.add(adult=1)
    visitor.buy()
    order = visitor.order()
    wrong = f"/order/{order.reference}/{'X' * 24}/"
    assert Client().get(wrong).status_code == 404
    monkeypatch.setattr("conbillet.sales.access.same_secret", lambda given, kept: True)
    assert b"ada@example.com" in Client().get(wrong).content


def test_without_a_new_link_whoever_got_the_first_mail_keeps_the_order(visitor, world, monkeypatch):
    visitor.add(adult=1)
    visitor.buy()
    order = pay_for(visitor.order(), clock.now())
    run_jobs()
    own = f"/order/{order.reference}/{order.access_key}/"
    monkeypatch.setattr(mend_order_email, "new_reference", lambda length: order.access_key)
    visitor.post(f"{own}email/", {"email": "right@example.com"})
    assert b"right@example.com" in Client().get(own).content
    assert Ticket.objects.get().generation == 2


def test_without_the_cart_in_the_form_another_window_s_cart_is_bought(visitor, world, monkeypatch):
    visitor.add(adult=1)
    stale = visitor.fill() | {"action": "buy"}
    visitor.post(f"{visitor.base}checkout/", stale)
    visitor.add(adult=1)
    fresh = visitor.cart()
    assert "andet vindue" in visitor.post(f"{visitor.base}checkout/", stale).content.decode()
    assert Order.objects.count() == 1
    visitor.post(f"{visitor.base}checkout/", {**stale, "cart": fresh.reference})
    assert Order.objects.count() == 2
