"""Nobody learns who has an account or has bought: not by text, status, mail, or the work that is done (and so the time).

Time itself is not measured: on a busy machine it says nothing. What takes time is counted instead: the statements that the
database gets, and how often a password is hashed. They must be the same for everybody.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db

VALUES = re.compile(r"'[^']*'|\b\d+\b|\\x[0-9a-f]+|\"s\d+_x\d+\"")
HIDDEN = re.compile(r'value="[^"]*"')
UNKNOWN = "nobody@example.com"
PASSWORD = "fem gule skibe på fjorden"


@dataclass
class Seen:
    """What an observer could tell one address from another by."""

    status: int
    location: str
    text: str
    statements: list[str] = field(default_factory=list)
    hashings: int = 0
    mails: int = 0


@pytest.fixture
def hashings(monkeypatch) -> list[str]:
    """One entry each time a password is hashed."""
    found: list[str] = []
    encode = ScryptPasswordHasher.encode

    def counted(self, password: str, *rest: Any, **more: Any) -> str:
        found.append("scrypt")
        return encode(self, password, *rest, **more)

    monkeypatch.setattr(ScryptPasswordHasher, "encode", counted)
    return found


def watch(act: Callable[[Client], Any], email: str, hashings: list[str]) -> Seen:
    visitor, before, sent = Client(), len(hashings), len(mail.outbox)
    with CaptureQueriesContext(connection) as captured:
        answer = act(visitor)
    run_jobs()
    return Seen(
        status=answer.status_code,
        location=answer.headers.get("Location", ""),
        text=HIDDEN.sub("", answer.content.decode()).replace(email, "X"),
        statements=[VALUES.sub("?", query["sql"]) for query in captured],
        hashings=len(hashings) - before,
        mails=len(mail.outbox) - sent,
    )


def post(path: str, email: str, **more: str) -> Callable[[Client], Any]:
    return lambda client: client.post(path, {"email": email, **more})


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/accounts/login/", {}),
        ("/accounts/signup/", {"then": "password"}),
        ("/help/find-order/", {}),
        ("/newsletter/", {}),
        ("/help/", {"kind": "other", "text": "Hvor er min billet?"}),
    ],
)
def test_a_form_with_an_address_is_the_same_for_everybody(world, hashings, path, more):
    watch(post(path, "first@example.com", **more), "first@example.com", hashings)  # fills what is kept in memory
    known = world.buyer.account.email
    seen = [watch(post(path, email, **more), email, hashings) for email in (known, UNKNOWN)]
    assert seen[0] == seen[1] and seen[0].status in {302, 303}


def test_a_wrong_password_costs_the_same_for_everybody(world, hashings):
    """Somebody with a password, somebody without one, and nobody."""
    account = world.buyer.account
    account.set_password(PASSWORD)
    account.save()
    path, emails = "/accounts/login/password/", (account.email, world.owner.account.email, UNKNOWN)
    watch(post(path, "first@example.com", password="forkert"), "first@example.com", hashings)
    seen = [watch(post(path, email, password="forkert"), email, hashings) for email in emails]
    assert [one.hashings for one in seen] == [1, 1, 1]
    assert {(one.status, one.text) for one in seen} == {(422, seen[0].text)} and not any(one.mails for one in seen)


def test_planted_a_shortcut_for_unknown_addresses_is_noticed(world, hashings, monkeypatch):
    """A login that does not hash when there is no such account answers sooner."""
    from django.contrib.auth.backends import ModelBackend

    account = world.buyer.account
    account.set_password(PASSWORD)
    account.save()
    from conbillet.accounts.models import Account

    def hasty(self, request, username=None, password=None, **credentials):
        found = Account.objects.filter(email=credentials.get("email", username)).first()
        return found if found is not None and found.check_password(password) else None

    from django.contrib.auth import get_backends

    for backend in {type(one) for one in get_backends()} | {ModelBackend}:
        monkeypatch.setattr(backend, "authenticate", hasty)
    path = "/accounts/login/password/"
    seen = [watch(post(path, email, password="forkert"), email, hashings) for email in (account.email, UNKNOWN)]
    assert seen[0].hashings > seen[1].hashings == 0


def test_planted_one_query_more_for_who_is_known_is_noticed(world, hashings, monkeypatch):
    from conbillet.accounts.models import Account
    from conbillet.web.site.views import help as page

    real = page.send_order_links

    def curious(*, email: str, **rest: Any) -> None:
        if account := Account.objects.filter(email=email).first():
            str(account.person)
        real(email=email, **rest)

    monkeypatch.setattr(page, "send_order_links", curious)
    seen = [watch(post("/help/find-order/", email), email, hashings) for email in (world.buyer.account.email, UNKNOWN)]
    assert seen[0].statements != seen[1].statements
