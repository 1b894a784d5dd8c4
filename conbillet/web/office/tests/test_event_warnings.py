"""Before an event is published, the office says what no visitor should have to find out."""

import pytest
from django.test import Client

from conbillet.catalogue.models import Event, Price
from conbillet.organizations.models import Role, RoleKind
from conbillet.payments.models import ConnectedAccount
from tests.cast import make_person
from tests.login import log_in

EVENT = "/office/alea/events/fastaval/"
WORDS = "nobody can pay by card"


@pytest.fixture
def owner(world) -> Client:
    Event.objects.filter(pk=world.event.pk).update(state=Event.State.DRAFT)
    return log_in(Client(headers={"accept-language": "en"}), world.owner)


def said(client: Client) -> list[bool]:
    return [WORDS in client.get(f"{EVENT}{rest}").content.decode() for rest in ("", "state/publish/")]


def connect(world, now, *, ready: bool) -> None:
    ConnectedAccount.objects.update_or_create(
        organization=world.organization,
        defaults={"stripe_account": "acct_1", "connected_at": now, "checked_at": now, "charges_enabled": ready},
    )


def test_that_nobody_can_pay_is_told_until_stripe_is_ready(world, owner, now):
    assert said(owner) == [True, True]
    connect(world, now, ready=False)
    assert said(owner) == [True, True]
    connect(world, now, ready=True)
    assert said(owner) == [False, False]


def test_an_event_that_costs_nothing_needs_no_stripe(world, owner):
    Price.objects.filter(product__event=world.event).update(amount=0)
    assert said(owner) == [False, False]


def test_the_way_to_stripe_is_shown_to_those_who_may_go_it(world, owner, now):
    link = 'href="/office/alea/payments/">Connect'
    assert link in owner.get(EVENT).content.decode()
    reader = make_person("Rie Reader", "reader@alea.example")
    Role.objects.create(organization=world.organization, person=reader, kind=RoleKind.READ_ONLY, granted_at=now)
    page = log_in(Client(headers={"accept-language": "en"}), reader).get(EVENT).content.decode()
    assert WORDS in page and link not in page
