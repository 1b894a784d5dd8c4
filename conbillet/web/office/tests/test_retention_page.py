"""The deletion calendar: what goes when, told to everybody in the office, of their own association only."""

import pytest
from django.conf import settings

from conbillet.sales.actions.add_to_cart import Wish
from conbillet.workflows.erasure import erase_after_case
from tests.login import log_in
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")


def test_the_board_sees_what_goes_when_and_why(client, world, now):
    paid_order(world, now, Wish(world.adult.pk, 1))
    page = log_in(client, world.owner).get("/office/alea/retention/").content.decode()
    for text in ("Slettekalender", "2032", "Navne på ordrer og kvitteringer", "bogføringsloven § 12"):
        assert text in page, text


def test_notices_name_orders_and_nobody(client, world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    erase_after_case(email="ada@example.com", actor=world.actor(world.owner), now=now)
    page = log_in(client, world.owner).get("/office/alea/retention/").content.decode()
    assert f"/office/alea/orders/{order.reference}/" in page and "Ada" not in page


def test_others_see_nothing_of_it(client, world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    erase_after_case(email="ada@example.com", actor=world.actor(world.owner), now=now)
    log_in(client, world.stranger)
    assert client.get("/office/alea/retention/").status_code == 404
    assert order.reference not in client.get("/office/hyggecon/retention/").content.decode()
    log_in(client, world.door_crew)
    assert client.get("/office/alea/retention/").status_code == 403
