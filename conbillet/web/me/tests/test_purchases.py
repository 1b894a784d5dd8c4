"""My tickets, orders and memberships; nobody else's."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.core import clock
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from tests.cast import make_person, make_world
from tests.login import log_in
from tests.purchases import ADA, BO, order_of, pay_for

PAGES = ("/my/", "/my/tickets/", "/my/orders/", "/my/memberships/")


@pytest.fixture
def world(db):
    now = clock.now()
    return make_world(now=now, first_day=clock.copenhagen_day(now).replace(year=now.year + 1, day=1))


@pytest.fixture
def mine(world) -> Client:
    return log_in(Client(), world.buyer, second_factor=False)


def bought(world, *wishes: Wish) -> Order:
    """The buyer of the cast has bought these, for themselves and for Bo."""
    me = type(ADA)(**{**ADA.__dict__, "person_id": world.buyer.pk})
    return pay_for(order_of(world, clock.now(), *wishes, people=(me, BO)), clock.now())


def test_nobody_sees_anything_without_signing_in(client, world):
    for path in (*PAGES, "/my/orders/X/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_empty_pages_say_what_to_do(mine, world):
    for path in PAGES:
        html = mine.get(path).content.decode()
        assert 'class="empty"' in html and 'href="/"' in html


def test_what_i_bought_is_there(mine, world):
    order = bought(world, Wish(world.adult.pk, 2), Wish(world.membership.pk, 1))
    overview, tickets, orders, memberships = (mine.get(path).content.decode() for path in PAGES)
    own, theirs = order.lines.filter(kind="ticket").order_by("position")
    assert own.ticket.access_key in overview and theirs.ticket.access_key not in overview
    assert tickets.count("<svg xmlns") == 1 and "no-store" in mine.get("/my/tickets/")["Cache-Control"]
    assert order.reference in orders and "750,00 kr." in orders
    assert "Medlemsnr. 1" in memberships and "Medlem" in overview
    assert mine.get(f"/my/orders/{order.reference}/")["Location"] == f"/order/{order.reference}/{order.access_key}/"


def test_a_strangers_order_is_not_found(mine, world):
    order = order_of(world, clock.now(), Wish(world.adult.pk, 1))
    assert mine.get(f"/my/orders/{order.reference}/").status_code == 404
    assert order.reference not in mine.get("/my/orders/").content.decode()
    stranger = log_in(Client(), make_person("Sif", "sif@example.com"), second_factor=False)
    order = bought(world, Wish(world.adult.pk, 1))
    assert stranger.get(f"/my/orders/{order.reference}/").status_code == 404
    for path in PAGES:
        html = stranger.get(path).content.decode()
        assert order.reference not in html and "Ada" not in html


@pytest.mark.parametrize("path", PAGES)
def test_three_orders_cost_as_many_queries_as_one(mine, world, path):
    bought(world, Wish(world.adult.pk, 1), Wish(world.membership.pk, 1))
    mine.get(path)
    with CaptureQueriesContext(connection) as one:
        mine.get(path)
    for _more in range(2):
        bought(world, Wish(world.adult.pk, 1), Wish(world.membership.pk, 1))
    with CaptureQueriesContext(connection) as three:
        mine.get(path)
    assert len(three) == len(one)


def test_orders_come_in_pages(mine, world, monkeypatch):
    monkeypatch.setattr("conbillet.web.me.views.orders.ON_A_PAGE", 2)
    orders = [bought(world, Wish(world.shirt.pk, 1, world.sizes["M"].pk)) for _ in range(3)]
    first, second = mine.get("/my/orders/").content.decode(), mine.get("/my/orders/?page=2").content.decode()
    assert orders[2].reference in first and orders[0].reference not in first
    assert orders[0].reference in second
    assert mine.get("/my/orders/?page=nonsense").status_code == 200
