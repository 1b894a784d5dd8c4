"""A secret link stays in the path of its own page: no address that we make carries its key in a query string."""

import re
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client

from conbillet.core import clock
from conbillet.organizations.actions.invite import invite
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Participant
from conbillet.tickets.models import Ticket
from conbillet.web import goals
from conbillet.workflows.links import invitation_link, mailed_order_link, participant_link, ticket_link
from tests.login import log_in
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def secrets(world, now) -> dict[str, str]:
    """Path of each kind of secret page, and its key."""
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    made = invite(
        organization=world.organization,
        email="ny@example.com",
        kind="read_only",
        actor=world.actor(world.owner),
        language="da",
        now=now,
    )
    links = (
        ticket_link(Ticket.objects.get()),
        participant_link(Participant.objects.get()),
        mailed_order_link(order).partition("?")[0],
        invitation_link(made),
    )
    return {(path := urlsplit(link).path): path.rstrip("/").rpartition("/")[2] for link in links}


def addresses_in(response) -> list[str]:
    """Where it leads: by redirect, by link, by form, or by a hidden field."""
    html = response.content.decode() if response.status_code == 200 else ""
    return [response.get("Location", ""), *re.findall(r'(?:href|action|value|src)="([^"]*)"', html)]


def leaks(response, key: str) -> list[str]:
    return [one for one in addresses_in(response) if key in unquote(unquote(urlsplit(one).query))]


def all_leaks(world, secrets: dict[str, str]) -> list[str]:
    found = []
    for path, key in secrets.items():
        for client in (Client(), log_in(Client(), world.stranger)):
            answers = [client.get(path)]
            for sent in ({"action": "log_in"}, {"log_in": "1"}, {"action": "claim"}, {}):
                answers.append(client.post(path, sent))
                if answers[-1].status_code in (302, 303) and answers[-1]["Location"].startswith("/accounts/"):
                    answers.append(client.get(answers[-1]["Location"]))
            found += [leak for answer in answers for leak in leaks(answer, key)]
    return found


def test_no_key_ever_stands_in_a_query_string(world, secrets):
    assert len(secrets) == 4
    assert all_leaks(world, secrets) == []


def test_who_signs_in_from_a_ticket_comes_back_to_it_once(world, secrets):
    path = next(iter(secrets))
    client = Client()
    answer = client.post(path, {"action": "log_in"})
    assert (answer.status_code, answer["Location"]) == (303, "/accounts/login/?next=/accounts/back/")
    log_in(client, world.buyer)
    # `force_login` keeps the session's content, as signing in by a code does.
    assert client.get("/accounts/login/?next=/accounts/back/")["Location"] == "/accounts/back/"
    assert client.get("/accounts/back/")["Location"] == path
    assert client.get("/accounts/back/")["Location"] == "/my/"


def test_an_invitation_for_another_address_logs_out_and_comes_back(world, secrets):
    path = list(secrets)[-1]
    client = log_in(Client(), world.stranger)
    assert client.post(path, {"log_in": "1"})["Location"] == "/accounts/login/?next=/accounts/back/"
    assert "_auth_user_id" not in client.session
    log_in(client, world.buyer)
    assert client.get("/accounts/back/")["Location"] == path


def test_looking_at_a_ticket_starts_no_session(secrets):
    client = Client()
    client.get(next(iter(secrets)))
    assert not client.cookies


def test_planted_a_redirect_with_the_address_in_the_query_is_caught(world, secrets, monkeypatch):
    from django.contrib.auth.views import redirect_to_login

    from conbillet.web.me.views import invitation
    from conbillet.web.shop.views import ticket

    for module in (goals, invitation, ticket):
        monkeypatch.setattr(module, "sign_in_and_come_back", lambda request, **more: redirect_to_login(request.path))
    assert all_leaks(world, secrets)
