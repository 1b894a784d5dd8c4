"""My consents: a click each way, never for somebody else, and never against the browser's signal."""

import pytest
from django.test import Client

from conbillet.consents.ledger import has_consented
from conbillet.consents.models import MarketingConsent
from tests.cast import make_person
from tests.login import log_in

pytestmark = [pytest.mark.django_db, pytest.mark.proves("use.services", "cookie.consent")]

PAGE = "/my/consents/"


@pytest.fixture
def buyer(client, world) -> Client:
    return log_in(client, world.buyer, second_factor=False)


def test_a_click_gives_and_a_click_takes_back(buyer, world):
    page = buyer.get(PAGE).content.decode()
    assert "Du har ikke sagt ja." in page and "checked" not in page
    assert buyer.post(PAGE, {"sender": "conbillet", "do": "give"})["Location"] == PAGE
    assert has_consented(email=world.buyer.account.email, organization_id=None)
    page = buyer.get(PAGE).content.decode()
    assert "Træk mit ja tilbage" in page and page.count('name="do"') == 1, "as easy as giving it: one button"
    buyer.post(PAGE, {"sender": "conbillet", "do": "withdraw"})
    assert not has_consented(email=world.buyer.account.email, organization_id=None)
    assert list(MarketingConsent.objects.order_by("id").values_list("event", "method")) == [
        ("given", "account"),
        ("withdrawn", "account"),
    ]


def test_the_signal_offers_no_yes_and_takes_none_but_lets_one_go(buyer, world):
    buyer.post(PAGE, {"sender": "conbillet", "do": "give"})
    gpc = {"Sec-GPC": "1"}
    assert "Træk mit ja tilbage" in buyer.get(PAGE, headers=gpc).content.decode()
    buyer.post(PAGE, {"sender": "conbillet", "do": "withdraw"}, headers=gpc)
    assert not has_consented(email=world.buyer.account.email, organization_id=None)
    page = buyer.get(PAGE, headers=gpc).content.decode()
    assert "Global Privacy Control" in page and 'value="give"' not in page
    assert buyer.post(PAGE, {"sender": "conbillet", "do": "give"}, headers=gpc).status_code == 422
    assert not has_consented(email=world.buyer.account.email, organization_id=None)


def test_an_association_that_i_have_nothing_to_do_with_cannot_be_chosen(buyer, world):
    assert buyer.post(PAGE, {"sender": world.organization.slug, "do": "give"}).status_code == 404
    assert not MarketingConsent.objects.exists()


def test_planted_somebody_elses_yes_is_not_mine(client, world):
    other = make_person("Anna Andersen", "anna@example.com")
    log_in(client, other, second_factor=False).post(PAGE, {"sender": "conbillet", "do": "give"})
    mine = log_in(Client(), world.buyer, second_factor=False)
    assert "Træk mit ja tilbage" not in mine.get(PAGE).content.decode()
    mine.post(PAGE, {"sender": "conbillet", "do": "withdraw"})
    assert has_consented(email="anna@example.com", organization_id=None)


def test_nobody_signed_in_is_sent_to_the_sign_in(client):
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
