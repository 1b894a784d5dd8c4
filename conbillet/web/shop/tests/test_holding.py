"""A robot cannot keep a whole event in carts: so many things per network, and no more until ten minutes are over."""

from datetime import timedelta

import pytest
from django.test import Client

from conbillet.core import clock
from conbillet.core.models import RateLimit
from conbillet.sales.models import Cart, CartLine
from conbillet.web.shop import holding

EVENT = "/alea/fastaval/"


@pytest.fixture(autouse=True)
def few(settings, world, monkeypatch, now):
    settings.CONBILLET_HOLDS_PER_NETWORK = 4
    monkeypatch.setattr(clock, "now", lambda: now)


def add(world, address: str, *, quantity: int = 2, client: Client | None = None):
    sent = {f"quantity_{world.day.pk}": quantity}
    return (client or Client()).post(f"{EVENT}cart/", sent, REMOTE_ADDR=address)


def test_a_robot_with_new_cookies_each_time_is_stopped(world):
    assert [add(world, "198.51.100.7").status_code for _ in range(4)] == [303, 303, 429, 429]
    world.people.refresh_from_db()
    assert world.people.held == 4 and Cart.objects.count() == 2


def test_it_says_so_and_keeps_what_there_is(world):
    client = Client()
    add(world, "198.51.100.7", client=client)
    add(world, "198.51.100.7", client=client)
    answer = add(world, "198.51.100.7", client=client)
    assert "vente ti minutter" in answer.content.decode()
    assert 'value="2"' in answer.content.decode()  # what was typed is still there
    assert CartLine.objects.count() == 4


def test_more_in_the_same_cart_counts_too_and_less_does_not(world):
    client = Client()
    add(world, "198.51.100.7", client=client, quantity=3)
    checkout = f"{EVENT}checkout/"
    assert client.get(checkout).status_code == 200
    for quantity, expected in ((4, 4), (5, 4), (1, 1)):
        client.post(
            checkout,
            {"cart": Cart.objects.get().reference, "change": f"{world.day.pk}.0.{quantity}"},
            REMOTE_ADDR="198.51.100.7",
        )
        assert CartLine.objects.count() == expected


def test_others_and_ipv6_networks_are_counted_apart(world):
    assert add(world, "198.51.100.7", quantity=4).status_code == 303
    assert add(world, "198.51.100.8", quantity=1).status_code == 303
    assert add(world, "2001:db8:1:1::1", quantity=4).status_code == 303
    assert add(world, "2001:db8:1:1:ffff::9", quantity=1).status_code == 429
    assert add(world, "2001:db8:1:2::1", quantity=1).status_code == 303


def test_ten_minutes_later_it_goes_on(world, monkeypatch, now):
    assert [add(world, "198.51.100.7", quantity=4).status_code for _ in range(2)] == [303, 429]
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=10))
    assert add(world, "198.51.100.7").status_code == 303


def test_this_machine_itself_is_not_counted(world):
    """Behind a proxy that the settings do not name, all visitors would be one, and nobody could buy."""
    assert [add(world, "127.0.0.1").status_code for _ in range(4)] == [303] * 4
    assert not RateLimit.objects.exists()


def test_the_table_holds_no_address(world):
    add(world, "198.51.100.7")
    assert (
        "198" not in str(list(RateLimit.objects.values_list("key", flat=True)))[:8]
        and len(RateLimit.objects.get().key) == 64
    )


def test_a_number_without_end_does_not_break_the_counter(world):
    assert add(world, "198.51.100.7", quantity=100).status_code in {422, 429}
    assert holding.MOST_AT_ONCE * 10_000 < 2**31


def test_planted_a_count_of_carts_per_visitor_stops_no_robot(world, monkeypatch):
    """Counted by session, and not by network, each new cookie would begin anew."""
    import itertools

    sessions = itertools.count()
    monkeypatch.setattr(holding, "network_of", lambda _address: f"session-{next(sessions)}")
    assert [add(world, "198.51.100.7").status_code for _ in range(4)] == [303] * 4
