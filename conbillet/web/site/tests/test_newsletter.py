"""News without an account: asked for, confirmed by mail, withdrawn by one click; no cookie, no telling who is known."""

import re

import pytest
from django.core import mail

from conbillet.consents.consent_links import consent_path
from conbillet.consents.ledger import has_consented
from conbillet.consents.models import MarketingConsent
from tests.jobs import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.proves("use.services", "cookie.consent")]

PAGE, GUEST = "/newsletter/", "guest@example.com"


def link_of(message) -> str:
    return re.search(r"/newsletter/\S+", message.body)[0]


def test_from_the_wish_to_the_yes_and_back(client, world):
    page = client.get(f"{PAGE}?from=alea").content.decode()
    assert "Nyheder fra ALEA" in page and "checkbox" not in page
    response = client.post(f"{PAGE}?from=alea", {"email": " Guest@Example.com "})
    assert response["Location"] == f"{PAGE}?from=alea&asked=1" and response.cookies == {}
    run_jobs()
    assert [message.to for message in mail.outbox] == [[GUEST]] and "ALEA" in mail.outbox[0].subject
    link = link_of(mail.outbox[0])
    assert "Siger du ja" in client.get(link).content.decode()
    assert not has_consented(email=GUEST, organization_id=world.organization.pk), "looking is no yes"
    answered = client.post(link, {"do": "confirm"})
    assert answered.status_code == 200 and answered.cookies == {} and answered["Referrer-Policy"] == "no-referrer"
    assert has_consented(email=GUEST, organization_id=world.organization.pk)
    client.post(link, {"do": "withdraw"})
    assert not has_consented(email=GUEST, organization_id=world.organization.pk)
    assert list(MarketingConsent.objects.order_by("id").values_list("event", flat=True)) == [
        "asked",
        "given",
        "withdrawn",
    ]


def test_a_mail_program_withdraws_with_one_post(client, world):
    """RFC 8058: no page, no button, no session, from another place."""
    row = MarketingConsent.objects.create(
        reference="ABCDEFGHJKMN", email=GUEST, purpose="newsletter", event="given", method="double_opt_in",
        text_version="2026-11-23", text_hash="0" * 64, at="2026-03-01T12:00Z",
    )  # fmt: skip
    assert client.post(consent_path(row), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not has_consented(email=GUEST, organization_id=None)


def test_the_page_says_the_same_whether_an_address_is_known_or_not(client, world):
    known, unknown = client.post(PAGE, {"email": world.buyer.account.email}), client.post(PAGE, {"email": GUEST})
    assert known["Location"] == unknown["Location"]
    again = client.post(PAGE, {"email": GUEST})
    assert again["Location"] == unknown["Location"]
    run_jobs()
    assert len(mail.outbox) == 2


def test_the_signal_counts_here_too(client, world):
    gpc = {"Sec-GPC": "1"}
    page = client.get(PAGE, headers=gpc).content.decode()
    assert "siger nej for dig" in page and 'name="email"' not in page
    assert client.post(PAGE, {"email": GUEST}, headers=gpc).status_code == 422
    assert not MarketingConsent.objects.exists()


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "x" * 400 + "@example.com"])
def test_what_is_no_address_is_refused_beside_the_field(client, email):
    response = client.post(PAGE, {"email": email})
    assert response.status_code == 422 and 'role="alert"' in response.content.decode()
    assert not MarketingConsent.objects.exists()


@pytest.mark.parametrize("path", ["/newsletter/ABCDEFGHJKMN/0000/", "/newsletter/?from=nobody"])
def test_strangers_links_lead_nowhere(client, world, path):
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": GUEST, "do": "confirm"}).status_code == 404
