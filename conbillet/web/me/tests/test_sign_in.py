"""Signing in and up: one way for everybody, a code that is good once, and a second lock for those who work here."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from conbillet.accounts.actions.create_account import create_account
from conbillet.accounts.actions.enrol_totp import enrol_totp
from conbillet.accounts.models import Account, EmailProof
from conbillet.core import clock
from conbillet.core.rate_limits import forget_old_counters
from conbillet.mail.models import OutgoingMail
from tests.jobs import announced, run_jobs
from tests.login import SECRET, log_in, totp_code

pytestmark = pytest.mark.django_db

LOGIN, CODE = "/accounts/login/", "/accounts/code/"


def mailed_code() -> str:
    """The code in the newest mail."""
    run_jobs()
    return re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE).group(1)


def account(email: str = "bodil@example.com") -> Account:
    return create_account(email=email, name="Bodil Buyer", now=clock.now())


def ask(client: Client, email: str, **more):
    return client.post(LOGIN, {"email": email, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_code_makes_an_account_and_signs_in(client):
    assert ask(client, "New@Example.com ")["Location"] == CODE
    response = client.post(CODE, {"code": mailed_code()})
    assert response["Location"] == "/my/profile/"
    created = Account.objects.get(email="new@example.com")
    assert is_signed_in(client) and not created.has_usable_password()
    assert EmailProof.objects.get(person=created.person).method == "code"


def test_a_code_signs_in_who_has_an_account_and_finds_their_orders(client):
    existing = account()
    ask(client, existing.email, next="/my/orders/")
    digits = mailed_code()
    assert client.post(CODE, {"code": f" {digits[:3]} {digits[3:]} "})["Location"] == "/my/orders/"
    assert ("email_proven", {"person": str(existing.person_id)}) in announced()
    assert Account.objects.count() == 1


def test_nothing_tells_who_has_an_account(client):
    account()
    answers, mails, queries = [], [], []
    for email in ("bodil@example.com", "nobody@example.com"):
        visitor = Client()
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection, ) as captured:
            response = visitor.post(LOGIN, {"email": email})
        queries.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured])
        page = visitor.get(CODE)
        answers.append((response.status_code, response["Location"], page.content.decode().replace(email, "X")))
        code = mailed_code()
        mails.append((mail.outbox[-1].subject.replace(code, ""), mail.outbox[-1].body.replace(code, "")))
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
    assert [strip.sub("", answer[2]) for answer in answers][0] == strip.sub("", answers[1][2])
    assert answers[0][:2] == answers[1][:2] and mails[0] == mails[1] and queries[0] == queries[1]


def test_the_code_is_stored_nowhere(client):
    ask(client, "bodil@example.com")
    session = str(dict(client.session))
    row = str(OutgoingMail.objects.values().get())
    job = str(announced())
    code = mailed_code()
    assert code not in session and code not in row and code not in job


def test_a_wrong_code_is_said_beside_the_field(client):
    ask(client, "bodil@example.com")
    right = mailed_code()
    response = client.post(CODE, {"code": "000000" if right != "000000" else "111111"})
    assert response.status_code == 422 and "code" in response.context["form"].errors
    assert not is_signed_in(client)


@pytest.mark.asvs("6.6.3")
def test_five_guesses_and_the_code_is_dead_whatever_browser_guesses(client):
    ask(client, "bodil@example.com")
    right = mailed_code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        client.post(CODE, {"code": wrong})
    assert client.post(CODE, {"code": right}).status_code == 422
    assert not is_signed_in(client)


@pytest.mark.asvs("6.5.1")
def test_a_code_is_good_once(client):
    ask(client, "bodil@example.com")
    thief = Client()
    thief.cookies = client.cookies.copy()
    code = mailed_code()
    pending = client.session["pending_code"]
    client.post(CODE, {"code": code})
    other = Client()
    other.get(LOGIN)
    session = other.session
    session["pending_code"] = pending
    session.save()
    other.cookies["login"] = session.session_key
    assert other.post(CODE, {"code": code}).status_code == 422


@pytest.mark.asvs("6.4.1", "6.5.5")
def test_a_code_runs_out(client, monkeypatch):
    ask(client, "bodil@example.com")
    code = mailed_code()
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.post(CODE, {"code": code}).status_code == 422


@pytest.mark.asvs("6.6.2")
def test_a_code_belongs_to_the_browser_that_asked(client):
    ask(client, "bodil@example.com")
    code = mailed_code()
    other = Client()
    assert other.post(CODE, {"code": code})["Location"] == LOGIN


def test_a_new_code_replaces_the_old_one(client):
    ask(client, "bodil@example.com")
    old = mailed_code()
    client.post(CODE, {"again": "1"})
    new = mailed_code()
    assert old == new or client.post(CODE, {"code": old}).status_code == 422
    assert client.post(CODE, {"code": new}).status_code == 302


def test_codes_are_not_sent_without_end(client):
    answers = [ask(Client(REMOTE_ADDR=f"192.0.2.{number}"), "bodil@example.com").status_code for number in range(8)]
    assert answers == [302] * 5 + [422] * 3
    assert OutgoingMail.objects.count() == 5


def test_a_form_is_not_sent_without_end(client):
    answers = [client.post(LOGIN, {"email": "no"}).status_code for _ in range(32)]
    assert answers == [422] * 30 + [429] * 2
    assert forget_old_counters(now=clock.now() + timedelta(days=2)) == 1


@pytest.mark.asvs("3.7.2")
def test_sign_in_never_leads_out_of_the_house(client):
    for goal in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        visitor = Client()
        ask(visitor, "bodil@example.com", next=goal)
        assert visitor.session["pending_code"]["next"] == ""
        forget_old_counters(now=clock.now() + timedelta(days=2))


def test_links_in_mails_do_not_come_from_the_host_header(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(LOGIN, {"email": "bodil@example.com"}, headers={"host": "evil.example"})
    mailed_code()
    assert "evil.example" not in mail.outbox[-1].message().as_string()


def test_a_page_of_sign_in_sets_one_cookie_and_only_when_its_form_is_opened(client):
    assert set(client.get(LOGIN).cookies) == {"login"}


class TestPassword:
    PASSWORD = "fire terninger og en drage"

    def test_signs_in(self, client):
        person = account()
        person.set_password(self.PASSWORD)
        person.save()
        response = client.post("/accounts/login/password/", {"email": person.email, "password": self.PASSWORD, "next": "/my/data/"})
        assert response["Location"] == "/my/data/" and is_signed_in(client)

    def test_wrong_pairs_get_one_answer(self, client):
        person = account()
        pages = []
        for email in (person.email, "nobody@example.com"):
            page = client.post("/accounts/login/password/", {"email": email, "password": "forkert"})
            pages.append((page.status_code, re.sub(r'value="[^"]*"', "", page.content.decode())))
        assert pages[0] == pages[1] and pages[0][0] == 422

    @pytest.mark.asvs("6.3.1")
    def test_guessing_is_slowed_down_wherever_it_comes_from(self, client, monkeypatch):
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now)  # or a new window of the limit may begin meanwhile
        person = account()
        person.set_password(self.PASSWORD)
        person.save()
        for number in range(10):
            Client(REMOTE_ADDR=f"192.0.2.{number}").post("/accounts/login/password/", {"email": person.email, "password": "forkert"})
        client.post("/accounts/login/password/", {"email": person.email, "password": self.PASSWORD})
        assert not is_signed_in(client)

    @pytest.mark.asvs("6.2.2", "6.2.3", "7.4.3", "7.5.1")
    def test_is_chosen_after_a_fresh_sign_in_only_and_ends_other_sessions(self, client, world):
        log_in(client, world.buyer, second_factor=False, fresh=False)
        assert "/accounts/confirm/" in client.get("/accounts/password/")["Location"]
        other = log_in(Client(), world.buyer, second_factor=False)
        log_in(client, world.buyer, second_factor=False)
        assert client.post("/accounts/password/", {"password": "kort"}).status_code == 422
        assert client.post("/accounts/password/", {"password": self.PASSWORD}).status_code == 302
        assert other.get("/my/").status_code == 302 and client.get("/my/").status_code == 200
        run_jobs()
        assert "password" in mail.outbox[-1].body or "adgangskode" in mail.outbox[-1].body


class TestSecondFactor:
    @pytest.mark.asvs("6.3.4")
    def test_is_asked_for_after_the_code_of_the_mail(self, client):
        person = account()
        enrol_totp(account=person, secret=SECRET, now=clock.now())
        ask(client, person.email, next="/my/data/")
        assert client.post(CODE, {"code": mailed_code()})["Location"] == "/accounts/2fa/authenticate/"
        assert not is_signed_in(client)
        assert client.get("/accounts/2fa/authenticate/").status_code == 200
        assert client.post("/accounts/2fa/authenticate/", {"code": totp_code()})["Location"] == "/my/data/"
        assert is_signed_in(client)

    @pytest.mark.asvs("6.5.1")
    def test_a_code_from_the_app_is_good_once(self, client):
        person = account()
        enrol_totp(account=person, secret=SECRET, now=clock.now())
        for visitor, expected in ((client, 302), (Client(), 200)):
            ask(visitor, person.email)
            visitor.post(CODE, {"code": mailed_code()})
            assert visitor.post("/accounts/2fa/authenticate/", {"code": totp_code()}).status_code == expected

    def test_guessing_is_slowed_down(self, client):
        person = account()
        enrol_totp(account=person, secret=SECRET, now=clock.now())
        ask(client, person.email)
        client.post(CODE, {"code": mailed_code()})
        for _ in range(10):
            client.post("/accounts/2fa/authenticate/", {"code": "12"})
        client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
        assert not is_signed_in(client)

    def test_the_secret_is_encrypted_in_the_database(self):
        person = account()
        enrol_totp(account=person, secret=SECRET, now=clock.now())
        factor = person.authenticator_set.get(type="totp")
        assert SECRET not in str(factor.data) and "v1:" in str(factor.data)

    def test_a_secret_that_was_not_encrypted_here_is_not_taken(self):
        from allauth.mfa.utils import decrypt

        with pytest.raises(ValueError, match="not encrypted"):
            decrypt(SECRET)

    def test_setting_up_the_app_needs_a_fresh_sign_in_and_leads_back(self, client, world):
        log_in(client, world.owner, second_factor=False)
        wanted = "/office/alea/settings/"
        first = client.get(wanted)
        assert first.status_code == 302 and first["Location"].startswith("/accounts/2fa/?required=1")
        assert client.get(first["Location"]).status_code == 200
        page = client.get("/accounts/2fa/totp/activate/", {"next": wanted})
        secret = page.context["form"].secret
        assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
        codes = client.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret)})
        assert codes.context["way_back"] == wanted and len(codes.context["codes"]) == 10
        assert "no-store" in codes["Cache-Control"]
        assert client.get(wanted).status_code == 200

    @pytest.mark.asvs("6.3.3")
    def test_whoever_works_here_keeps_one(self, client, world):
        log_in(client, world.owner)
        assert client.post("/accounts/2fa/totp/deactivate/")["Location"] == "/my/security/"
        assert world.owner.account.authenticator_set.filter(type="totp").exists()
        log_in(buyer := Client(), world.buyer)
        buyer.post("/accounts/2fa/totp/deactivate/")
        assert not world.buyer.account.authenticator_set.exists()

    def test_a_session_from_before_has_to_show_it(self, client, world):
        log_in(client, world.owner)
        session = client.session
        session["account_authentication_methods"] = [{"method": "code", "at": 1}]
        session.save()
        response = client.get("/office/alea/settings/")
        assert response["Location"].startswith("/accounts/confirm/")
        follow = client.get(response["Location"])
        assert follow["Location"].startswith("/accounts/2fa/reauthenticate/")
        assert client.post(follow["Location"], {"code": totp_code()})["Location"] == "/office/alea/settings/"
        assert client.get("/office/alea/settings/").status_code == 200

    def test_recovery_codes_alone_are_no_second_factor(self, client, world):
        log_in(client, world.owner)
        world.owner.account.authenticator_set.filter(type="totp").delete()
        assert client.get("/office/alea/settings/")["Location"].startswith("/accounts/2fa/")


class TestConfirm:
    def test_by_a_code_to_the_accounts_address(self, client, world):
        log_in(client, world.buyer, second_factor=False, fresh=False)
        assert client.post("/accounts/confirm/", {"by_code": "1", "next": "/accounts/email/"})["Location"] == CODE
        assert client.post(CODE, {"code": mailed_code()})["Location"] == "/accounts/email/"
        assert client.get("/accounts/email/").status_code == 200

    @pytest.mark.asvs("6.4.3")
    def test_not_by_mail_when_there_is_a_second_factor(self, client, world):
        log_in(client, world.buyer, fresh=False)
        response = client.post("/accounts/confirm/", {"by_code": "1", "next": "/accounts/email/"})
        assert response["Location"].startswith("/accounts/2fa/reauthenticate/")
        assert OutgoingMail.objects.count() == 0


class TestEmail:
    def test_changes_when_the_new_addresss_code_is_given_and_the_old_one_is_told(self, client, world):
        log_in(client, world.buyer, second_factor=False)
        client.post("/accounts/email/", {"email": "ny@example.com"})
        assert Account.objects.get(person=world.buyer).email == "buyer@example.com"
        client.post(CODE, {"code": mailed_code()})
        assert Account.objects.get(person=world.buyer).email == "ny@example.com"
        run_jobs()
        assert mail.outbox[-1].to == ["buyer@example.com"]

    def test_of_somebody_else_is_refused_only_after_its_code(self, client, world):
        log_in(client, world.buyer, second_factor=False)
        assert client.post("/accounts/email/", {"email": "owner@alea.example"})["Location"] == CODE
        client.post(CODE, {"code": mailed_code()})
        assert Account.objects.get(person=world.buyer).email == "buyer@example.com"

    def test_of_old_orders_is_proven_by_its_code(self, client, world):
        log_in(client, world.buyer, second_factor=False)
        client.post("/my/find-orders/", {"email": "gammel@example.com"})
        client.post(CODE, {"code": mailed_code()})
        assert EmailProof.objects.filter(person=world.buyer, email="gammel@example.com", method="code").exists()


class TestPasskey:
    def test_options_name_our_own_house_whatever_the_host_header_says(self, client, settings):
        settings.ALLOWED_HOSTS = ["*"]
        options = client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json", "host": "evil.example"}).json()
        assert options["request_options"]["publicKey"]["rpId"] == "localhost"

    def test_nonsense_is_refused(self, client):
        client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
        for nonsense in ("", "{}", "[]", "5", '{"response": {"userHandle": "AA"}}', '{"response": 1}'):
            assert client.post("/accounts/2fa/webauthn/login/", {"credential": nonsense}).status_code == 302
        assert not is_signed_in(client)
