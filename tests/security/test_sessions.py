"""Sessions: new at every sign-in, dead at once when they end, old enough and they ask again."""

import re
import time

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from conbillet.accounts.models import Account
from conbillet.web.second_factor import GOOD_FOR_SECONDS
from tests.jobs import run_jobs
from tests.login import log_in

pytestmark = pytest.mark.django_db


def sign_in_by_code(client: Client, email: str) -> None:
    client.post("/accounts/login/", {"email": email})
    run_jobs()
    code = re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    client.post("/accounts/code/", {"code": code})


@pytest.mark.asvs("7.2.4")
def test_signing_in_gives_a_new_key_and_ends_the_old_one(client, world):
    client.get("/accounts/login/")
    before = client.session.session_key
    sign_in_by_code(client, "buyer@example.com")
    after = client.session.session_key
    assert "_auth_user_id" in client.session and before != after
    assert not Session.objects.filter(pk=before).exists()


def test_a_key_that_somebody_else_chose_is_never_used(client, world):
    client.cookies["login"] = "abcdefghijklmnopqrstuvwxyz012345"
    sign_in_by_code(client, "buyer@example.com")
    assert client.cookies["login"].value != "abcdefghijklmnopqrstuvwxyz012345"
    assert not Session.objects.filter(pk="abcdefghijklmnopqrstuvwxyz012345").exists()


@pytest.mark.asvs("7.4.1")
def test_after_logging_out_the_old_key_opens_nothing(world):
    client = log_in(Client(), world.buyer)
    key = client.session.session_key
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["login"] = key
    assert thief.get("/my/").status_code == 302
    assert not Session.objects.filter(pk=key).exists()


@pytest.mark.asvs("7.4.2")
def test_a_closed_account_is_out_at_once_on_every_device(world):
    devices = [log_in(Client(), world.buyer), log_in(Client(), world.buyer)]
    assert all(device.get("/my/").status_code == 200 for device in devices)
    Account.objects.filter(person=world.buyer).update(is_active=False)
    assert all(device.get("/my/").status_code == 302 for device in devices)


@pytest.mark.parametrize(("seconds", "status"), [(GOOD_FOR_SECONDS - 60, 200), (GOOD_FOR_SECONDS + 60, 302)])
@pytest.mark.asvs("7.3.1", "7.3.2")
def test_a_second_factor_counts_for_a_working_day(world, seconds, status):
    owner = log_in(Client(), world.owner)
    session = owner.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - seconds
    session.save()
    assert owner.get(f"/office/{world.organization.slug}/").status_code == status
    assert owner.get("/my/").status_code == 200  # one's own pages ask for no second factor
