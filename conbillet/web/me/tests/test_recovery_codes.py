"""Recovery codes: shown once, each good once, and nothing in the database from which one could be told."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection
from django.test import Client

from conbillet.accounts.actions.create_account import create_account
from conbillet.accounts.actions.enrol_totp import enrol_totp
from conbillet.accounts.actions.make_recovery_codes import make_recovery_codes
from conbillet.accounts.models import Account
from conbillet.accounts.queries import recovery_codes_left
from conbillet.core import clock
from conbillet.mail.models import OutgoingMail
from conbillet.web.me.tests.test_sign_in import CODE, ask, is_signed_in, mailed_code
from tests.login import SECRET, log_in

pytestmark = pytest.mark.django_db

PAGE, SECOND = "/accounts/2fa/recovery-codes/", "/accounts/2fa/authenticate/"


@pytest.fixture
def locked() -> Account:
    """Somebody with a second factor."""
    account = create_account(email="bodil@example.com", name="Bodil Buyer", now=clock.now())
    enrol_totp(account=account, secret=SECRET, now=clock.now())
    return account


def at_the_second_door(account: Account) -> Client:
    client = Client()
    ask(client, account.email)
    client.post(CODE, {"code": mailed_code()})
    assert not is_signed_in(client)
    return client


def everything_stored() -> str:
    """All rows of all tables that could hold a code, as text; found without the models."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(t::text, ' '), '') FROM mfa_authenticator t")
        factors = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(string_agg(t::text, ' '), '') FROM django_session t")
        return factors + cursor.fetchone()[0]


def test_lets_in_once_however_it_is_typed(locked):
    first, second = make_recovery_codes(account=locked, now=clock.now())[:2]
    client = at_the_second_door(locked)
    typed = " ".join(re.findall("....", first.lower()))
    assert client.post(f"{SECOND}?with=recovery", {"code": typed}).status_code == 302 and is_signed_in(client)
    assert recovery_codes_left(locked) == 9
    again = at_the_second_door(locked)
    refused = again.post(f"{SECOND}?with=recovery", {"code": first})
    assert "or it was used already" in refused.content.decode() or "allerede brugt" in refused.content.decode()
    assert not is_signed_in(again)
    assert again.post(SECOND, {"code": second}).status_code == 302 and is_signed_in(again)


def test_of_somebody_else_does_not_let_in(locked):
    other = create_account(email="bo@example.com", name="Bo", now=clock.now())
    enrol_totp(account=other, secret=SECRET, now=clock.now())
    theirs = make_recovery_codes(account=other, now=clock.now())
    stolen = Authenticator.objects.get(user=other, type="recovery_codes").data
    client = at_the_second_door(locked)
    client.post(SECOND, {"code": theirs[0]})
    Authenticator.objects.filter(user=locked, type="recovery_codes").update(data=stolen)  # its hashes fit one account
    client.post(SECOND, {"code": theirs[0]})
    assert not is_signed_in(client)


def test_guessing_is_slowed_down(locked):
    right = make_recovery_codes(account=locked, now=clock.now())[0]
    client = at_the_second_door(locked)
    for _ in range(10):
        client.post(SECOND, {"code": "0" * 24})
    client.post(SECOND, {"code": right})
    assert not is_signed_in(client) and recovery_codes_left(locked) == 10


@pytest.mark.asvs("6.5.2")
def test_nothing_that_is_stored_tells_one(locked):
    client = log_in(Client(), locked.person)
    page = client.post(PAGE)
    shown = page.context["codes"]
    assert len(shown) == 10 and all(len(code.replace("-", "")) == 24 for code in shown), "120 bits, so a fast hash will do"
    assert all(code in page.content.decode() for code in shown) and "no-store" in page["Cache-Control"]
    stored = everything_stored()
    assert "hashes" in stored
    for code in shown:
        assert code not in stored and code.replace("-", "") not in stored
    row = Authenticator.objects.get(user=locked, type="recovery_codes")
    assert row.wrap().get_unused_codes() == [] and not row.wrap().validate_code(shown[0].replace("-", "")), "allauth knows none"


@pytest.mark.asvs("6.5.2")
def test_planted_allauths_own_codes_are_told_by_what_is_stored(locked):
    Authenticator.objects.filter(user=locked, type="recovery_codes").delete()
    RecoveryCodes.activate(locked)
    row = Authenticator.objects.get(user=locked, type="recovery_codes")
    assert len(row.wrap().generate_codes()) == 10, "a key and the row give them all back"
    assert recovery_codes_left(locked) == 0


@pytest.mark.asvs("6.5.2")
def test_without_the_key_a_stolen_database_verifies_nothing(locked, settings, tmp_path):
    code = make_recovery_codes(account=locked, now=clock.now())[0]
    client = at_the_second_door(locked)
    settings.CONBILLET_KEYS = tmp_path
    client.post(SECOND, {"code": code})
    assert not is_signed_in(client)


def test_new_ones_end_the_old_ones_and_are_told_of(locked):
    old = make_recovery_codes(account=locked, now=clock.now())[0]
    client = log_in(Client(), locked.person)
    assert client.get(PAGE).context["codes_left"] == 10
    client.post(PAGE)
    assert OutgoingMail.objects.filter(kind="security_notice", about="recovery_codes_generated").count() == 1
    door = at_the_second_door(locked)
    door.post(SECOND, {"code": old})
    assert not is_signed_in(door)


def test_whoever_has_no_second_factor_needs_none(world):
    client = log_in(Client(), world.buyer, second_factor=False)
    assert client.get(PAGE)["Location"] == "/my/security/"
    assert client.post(PAGE)["Location"] == "/my/security/" and recovery_codes_left(world.buyer.account) is None


def test_needs_a_fresh_sign_in(world):
    client = log_in(Client(), world.owner, fresh=False)
    assert client.post(PAGE).status_code == 302 and "/accounts/" in client.post(PAGE)["Location"]


def test_the_keyboard_has_letters_where_a_code_has_some(locked):
    client = at_the_second_door(locked)
    assert b'inputmode="numeric"' in client.get(SECOND).content
    page = client.get(f"{SECOND}?with=recovery").content
    assert b'inputmode="text"' in page and b'inputmode="numeric"' not in page
