"""The page from which everybody's money goes back: who may open it, what it shows, and that looking does nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conbillet.catalogue.actions.cancel_event import cancel_event
from conbillet.core import clock
from conbillet.organizations.models import RoleKind
from conbillet.payments.models import Refund
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import EventRefund
from conbillet.workflows.event_refunds import give_back
from tests.login import log_in
from tests.purchases import paid_order

from .test_orders import text_of, with_role

pytestmark = pytest.mark.django_db

EVENT = "/office/alea/events/fastaval/"
PAGE = f"{EVENT}refunds/"


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))


def call_off(world, now) -> None:
    cancel_event(event=world.event, actor=world.actor(world.owner), now=now)
    world.event.refresh_from_db()


@pytest.fixture
def called_off(world, now):
    paid_order(
        world, now, Wish(world.adult.pk, 1), Wish(world.membership.pk, 1), Wish(world.donation.pk, 1, amount=5000)
    )
    call_off(world, now)


class TestWho:
    @pytest.mark.parametrize(
        "kind", [RoleKind.MANAGER, RoleKind.READ_ONLY, RoleKind.MEMBER_SECRETARY, RoleKind.DOOR_CREW]
    )
    def test_not_for_these(self, client, world, called_off, kind):
        someone = with_role(client, world, kind)
        assert someone.get(PAGE).status_code == someone.post(PAGE, {"amount": 27500}).status_code == 403
        assert not EventRefund.objects.exists()
        if kind != RoleKind.DOOR_CREW:
            assert "money-back" not in someone.get(EVENT).content.decode()

    def test_a_stranger_and_nobody(self, client, world, called_off):
        assert client.get(PAGE).status_code == 302
        stranger = log_in(client, world.stranger)
        assert stranger.get(PAGE).status_code == stranger.post(PAGE, {"amount": 27500}).status_code == 404

    def test_wrong_verb_and_an_event_that_takes_place(self, client, world, now):
        owner = log_in(client, world.owner)
        assert owner.get(PAGE).status_code == 404
        assert owner.delete(PAGE).status_code == 405
        assert "money-back" not in owner.get(EVENT).content.decode()


class TestPage:
    def test_look_choose_and_press(self, client, world, called_off):
        treasurer = with_role(client, world, RoleKind.TREASURER)
        assert "1 betalt ordre, 275,00 kr. at betale tilbage." in text_of(treasurer.get(EVENT))
        assert "Betal 275,00 kr. tilbage" in text_of(treasurer.get(PAGE))
        assert "Betal 400,00 kr. tilbage" in text_of(treasurer.get(PAGE, {"dues": "on", "donations": "on"}))
        assert not EventRefund.objects.exists() and not Refund.objects.exists()
        answer = treasurer.post(PAGE, {"amount": 27500}, follow=True)
        assert "Pengene er på vej tilbage" in text_of(answer) and "Det er i gang" in text_of(answer)
        assert EventRefund.objects.get().started_by.name == "Rie Rolle"
        give_back(run=EventRefund.objects.get().pk)
        assert "Betalt tilbage 275,00 kr." in text_of(treasurer.get(PAGE))

    @pytest.mark.parametrize("amount", ["", "0", "-1", "27499", "x", "9" * 30, "1e9"])
    def test_another_amount_than_was_shown(self, client, world, called_off, amount):
        owner = log_in(client, world.owner)
        answer = owner.post(PAGE, {"amount": amount})
        assert answer.status_code == 409 and "Beløbet har ændret sig" in text_of(answer)
        assert not EventRefund.objects.exists()

    def test_as_many_queries_for_one_order_as_for_three(self, client, world, now):
        owner, counts, events = log_in(client, world.owner), [], type(world.event).objects.filter(pk=world.event.pk)
        for more in (1, 2):
            events.update(state="live")
            for _ in range(more):
                paid_order(world, now, Wish(world.adult.pk, 1))
            events.update(state="cancelled")
            owner.get(PAGE)
            with CaptureQueriesContext(connection) as queries:
                assert owner.get(PAGE).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]
