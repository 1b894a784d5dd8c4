"""Passwords and their fields, parameters twice, mail headers, what the security log is told."""

import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client

from conbillet.accounts.models import Account
from tests.login import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted() -> Iterator[list[str]]:
    """The first words of what the security log was told."""
    found: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]  # replaced on purpose
    logger = logging.getLogger("conbillet.security")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


@pytest.mark.asvs("6.2.6", "6.2.7")
def test_password_fields_are_masked_and_help_password_managers(client, world):
    page = client.get("/accounts/login/password/").content.decode()
    field = next(part for part in page.split("<input")[1:] if 'name="password"' in part).split(">")[0]
    assert 'type="password"' in field and 'autocomplete="current-password"' in field
    assert "onpaste" not in page and "readonly" not in field


@pytest.mark.asvs("7.4.4")
def test_logging_out_is_on_every_page_of_somebody_signed_in(world):
    mine, owner = log_in(Client(), world.buyer), log_in(Client(), world.owner)
    for client, path in (
        (mine, "/my/"),
        (mine, "/my/orders/"),
        (mine, "/my/data/"),
        (owner, f"/office/{world.organization.slug}/"),
        (owner, f"/office/{world.organization.slug}/orders/"),
    ):
        assert "/accounts/logout/" in client.get(path).content.decode(), path


@pytest.mark.asvs("15.3.7")
def test_a_parameter_that_comes_twice_is_one_parameter(client, world):
    client.post("/accounts/login/?email=a@example.com", {"email": ["b@example.com", "c@example.com"]})
    assert client.session["pending_code"]["email"] == "c@example.com"


@pytest.mark.asvs("1.5.2")
def test_sessions_are_json():
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


@pytest.mark.asvs("1.3.11")
def test_a_line_break_in_a_header_of_a_mail_is_refused():
    with pytest.raises(ValueError, match="newlines"):
        EmailMessage("Hej\nBcc: everybody@example.com", "text", to=["ada@example.com"]).message()


@pytest.mark.asvs("15.2.3")
def test_the_demos_pages_are_not_in_the_house(client, world):
    assert not settings.CONBILLET_DEMO
    for path in ("/demo/", "/mails/", "/design/", "/admin/", "/__debug__/"):
        assert client.get(path).status_code == 404, path


@pytest.mark.asvs("16.3.1")
def test_right_and_wrong_sign_ins_are_noted(client, world, noted):
    account = Account.objects.get(person=world.buyer)
    account.set_password("korrekt hest batteri")
    account.save()
    for password in ("noget helt andet", "korrekt hest batteri"):
        client.post("/accounts/login/password/", {"email": account.email, "password": password})
    words = [line.split()[0] for line in noted]
    assert words == ["password_wrong", "password_right"]
    assert not any(account.email in line for line in noted)
    assert noted[0].split("who=")[1].split()[0] == noted[1].split("who=")[1].split()[0]


@pytest.mark.asvs("16.3.2")
def test_refusals_are_noted(world, noted):
    stranger, buyer = log_in(Client(), world.stranger), log_in(Client(), world.buyer)
    assert stranger.get(f"/office/{world.organization.slug}/").status_code == 404
    assert buyer.get("/desk/").status_code == 404
    assert [line.split()[:2] for line in noted] == [["refused", "page=office"], ["refused", "page=desk"]]


@pytest.mark.asvs("16.3.3")
def test_forged_forms_and_hooks_are_noted(world, noted):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/accounts/login/", {"email": "a@example.com"}).status_code == 403
    assert strict.post("/hooks/stripe/", b"{}", content_type="application/json").status_code == 400
    assert [line.split()[0] for line in noted] == ["form_without_token", "webhook_refused"]
