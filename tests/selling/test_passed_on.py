"""Tickets for others: who is sent them, and what still opens them after a mail went to the wrong address."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS, person_actor
from conbillet.core.tenancy import acting_for
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.claim_participant import claim_participant
from conbillet.sales.models import Order, Participant
from conbillet.tickets.models import Ticket
from conbillet.workflows.links import participant_link
from conbillet.workflows.order_care import mend_email
from conbillet.workflows.order_service import replace_email
from tests.jobs import run_jobs
from tests.purchases import ADA, BO, order_of, pay_for

CLEO = replace(BO, name="Cleo Lund", badge_name="Cleo")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=5))


def paid_for(world, now, *people):
    order = order_of(world, now, Wish(world.adult.pk, len(people)), people=people)
    pay_for(order, now)
    run_jobs()
    return Order.objects.select_related("event", "organization").get(pk=order.pk)


def path_of(person: Participant) -> str:
    return "/" + participant_link(person).split("://", 1)[1].split("/", 1)[1]


@pytest.mark.parametrize("by", ["buyer", "office"])
class TestWrongAddress:
    """The confirmation went to a stranger, who has opened the order's page and has every link that stands on it."""

    @pytest.fixture
    def mended(self, world, now, by):
        order = paid_for(world, now, replace(ADA, email="fremmed@example.com"), BO)
        self.stranger = path_of(Participant.objects.get(order=order, name=BO.name))
        assert Client().get(self.stranger).status_code == 200
        mail.outbox.clear()
        self.mend(world, order, now, by)
        return order

    def mend(self, world, order, now, by) -> None:
        later = now + timedelta(minutes=10)
        if by == "buyer":
            mend_email(order=order, email="ada@example.com", actor=ANONYMOUS, now=later)
        else:
            with transaction.atomic(), acting_for(world.organization.pk):
                replace_email(order=order, email="ada@example.com", tickets_anew=True, actor=world.actor(world.owner), now=later)

    def test_the_stranger_can_no_longer_open_anybodys_tickets(self, mended):
        assert Client().get(self.stranger).status_code == 404
        assert Client().get(path_of(Participant.objects.get(order=mended, name=BO.name))).status_code == 200

    def test_what_the_stranger_took_to_an_account_is_given_back(self, world, now, by):
        order = paid_for(world, now, replace(ADA, email="fremmed@example.com"), BO, replace(CLEO, person_id=world.buyer.pk))
        bo, cleo = (Participant.objects.get(order=order, name=one.name) for one in (BO, CLEO))
        claim_participant(participant=bo, actor=person_actor(world.stranger.pk), now=now)
        self.mend(world, order, now, by)
        bo.refresh_from_db()
        cleo.refresh_from_db()
        assert (bo.person_id, bo.claimed_at) == (None, None)
        assert cleo.person_id == world.buyer.pk, "known by other means than a link"

    def test_whoever_holds_a_ticket_is_sent_the_one_that_is_good(self, mended):
        assert set(Ticket.objects.values_list("generation", flat=True)) == {2}
        run_jobs()
        assert sorted(message.to[0] for message in mail.outbox) == ["ada@example.com", "bo@example.com"]
        ours = next(message for message in mail.outbox if message.to == ["bo@example.com"])
        assert path_of(Participant.objects.get(order=mended, name=BO.name)) in ours.body


def test_two_people_with_one_address_are_both_sent_theirs(world, now):
    paid_for(world, now, ADA, BO, CLEO)
    to_bo = [message for message in mail.outbox if message.to == ["bo@example.com"]]
    assert len(to_bo) == 2
    links = {path_of(person) for person in Participant.objects.filter(email="bo@example.com")}
    assert len(links) == 2 and all(any(link in message.body for message in to_bo) for link in links)


def test_whoever_shares_the_buyers_address_is_in_the_buyers_mail_alone(world, now):
    paid_for(world, now, ADA, replace(BO, email=ADA.email.upper()))
    assert [message.to for message in mail.outbox] == [["ada@example.com"]]
