"""What a visitor does with their order inside the chat, and who may not."""

from datetime import timedelta

import pytest
from django.test import Client

from conbillet.core import clock
from conbillet.mail.models import OutgoingMail
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Participant
from conbillet.support.models import ChatMessage
from conbillet.tickets.models import Ticket
from tests.login import log_in
from tests.purchases import ADA, BO, order_of, paid_order

from .conftest import Talk, begin, office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))


@pytest.fixture
def order(world, now) -> Order:
    return paid_order(world, now, Wish(world.adult.pk, 2))


def link(order: Order) -> str:
    return f"/order/{order.reference}/{order.access_key}/support/"


@pytest.fixture
def by_link(order) -> Talk:
    """Somebody without an account, who came from the order's own page."""
    return begin(Client(), at=link(order))


def ask(talk: Talk, what: str, **values):
    return talk.client.post(f"{talk.address}{what}/", values)


def events() -> list[str]:
    return list(ChatMessage.objects.filter(by="system").values_list("event", flat=True))


def test_the_order_comes_along_from_its_own_page(by_link, order, owner):
    assert by_link.chat.order_id == order.pk and by_link.chat.organization_id == order.organization_id
    assert Order.objects.get(pk=order.pk).access_key not in by_link.client.get("/alea/").content.decode()
    assert f"/office/alea/orders/{order.reference}/" in owner.get(office(by_link.chat)).content.decode()
    assert order.access_key not in owner.get(office(by_link.chat)).content.decode()


def test_a_wrong_link_is_not_found(order):
    assert Client().get(f"/order/{order.reference}/{'x' * 24}/support/").status_code == 404


def test_the_mail_is_sent_again_to_the_buyer(by_link, order):
    before = OutgoingMail.objects.count()
    assert ask(by_link, "resend").status_code == 303
    sent = OutgoingMail.objects.latest("pk")
    assert OutgoingMail.objects.count() == before + 1 and sent.recipient == order.buyer_email
    assert events() == ["resent"]


def test_a_name_is_changed_and_the_ticket_made_anew(by_link, order):
    person = Participant.objects.filter(order=order).order_by("pk").last()
    old = Ticket.objects.get(participant=person)
    assert ask(by_link, "name", participant=person.pk, name="Nia Ny").status_code == 303
    person.refresh_from_db()
    assert person.name == "Nia Ny" and Ticket.objects.get(pk=old.pk).generation == old.generation + 1
    assert events() == ["renamed"]


def test_an_unpaid_order_is_given_up_and_a_paid_one_is_not(world, now, by_link, monkeypatch):
    monkeypatch.setattr(world.event, "transfer_allowed", True)
    world.event.save()
    assert ask(by_link, "cancel").status_code == 422 and events() == []
    unpaid = order_of(world, now, Wish(world.adult.pk, 1), method="card")
    talk = begin(Client(), at=link(unpaid))
    assert "Annullér ordren" in talk.page()
    assert ask(talk, "cancel").status_code == 303
    assert Order.objects.get(pk=unpaid.pk).state == Order.State.CANCELLED and events() == ["cancelled"]


@pytest.mark.parametrize("what", ["resend", "name", "cancel"])
def test_without_an_order_of_ones_own_nothing_is_done(talk, order, what):
    person = Participant.objects.filter(order=order).first()
    before = OutgoingMail.objects.count()
    assert ask(talk, what, participant=person.pk, name="Nia Ny").status_code == 422
    assert OutgoingMail.objects.count() == before and Participant.objects.get(pk=person.pk).name == person.name


def test_the_chat_ends_to_open_the_order_when_its_link_changes(by_link, order):
    """The address was mistyped and mended: whoever had the old link holds nothing any more, in the chat neither."""
    Order.objects.filter(pk=order.pk).update(access_key="another-key-of-24-letters")
    assert ask(by_link, "resend").status_code == 422
    assert "another-key" not in by_link.page()


def test_planted_a_chat_that_forgets_to_ask_again_is_noticed(by_link, order, monkeypatch):
    from conbillet.workflows import chat_help

    Order.objects.filter(pk=order.pk).update(access_key="another-key-of-24-letters")
    monkeypatch.setattr(chat_help, "may_act_on_order", lambda chat: True)
    assert ask(by_link, "resend").status_code == 303


def test_whoever_is_logged_in_chooses_among_their_own(world, order):
    Order.objects.filter(pk=order.pk).update(buyer=world.buyer)
    talk = begin(log_in(Client(), world.buyer, second_factor=False))
    assert "Hvilken ordre" in talk.page()
    ask(talk, "order", order=order.reference)
    assert "Send mig mailen igen" in talk.page()
    assert ask(talk, "resend").status_code == 303


def test_a_ticket_that_a_friend_has_taken_over_is_not_renamed(world, by_link, order):
    person = Participant.objects.filter(order=order).order_by("pk").last()
    Participant.objects.filter(pk=person.pk).update(person=world.door_crew)
    answer = ask(by_link, "name", participant=person.pk, name="Nia Ny")
    assert answer.status_code == 422 and Participant.objects.get(pk=person.pk).name == person.name == BO.name
    assert ADA.name in answer.content.decode()


def test_once_the_event_has_begun_names_stay(world, by_link, order, monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=40))
    person = Participant.objects.filter(order=order).first()
    assert "Ret et navn" not in by_link.page()
    assert ask(by_link, "name", participant=person.pk, name="Nia Ny").status_code == 422
