"""Connected accounts: onboarding, and walls between them."""

import urllib.parse
import urllib.request
from typing import Any

import pytest
import stripe

from conbillet.demo.testing import FakeStripe

from .conftest import Create, Inbox, params

LINK = {"type": "account_onboarding", "refresh_url": "http://shop.test/again/", "return_url": "http://shop.test/back/"}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def fetch(url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, Location and body, following nothing."""
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    try:
        with urllib.request.build_opener(NoRedirect).open(url, data) as answer:
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("Location", ""), answer.read().decode()


def test_an_association_is_connected(fake_stripe: FakeStripe, client: stripe.StripeClient, inbox: Inbox) -> None:
    account = client.v1.accounts.create(
        params={
            "country": "DK",
            "email": "kasserer@eksempel.dk",
            "controller": {"stripe_dashboard": {"type": "full"}, "fees": {"payer": "account"}},
            "capabilities": {"card_payments": {"requested": True}, "mobilepay_payments": {"requested": True}},
            "metadata": {"organization": "o1"},
        }
    )
    assert (account.charges_enabled, account.details_submitted) == (False, False)
    assert account.requirements.currently_due
    with pytest.raises(stripe.InvalidRequestError, match="cannot currently make charges"):
        client.v1.checkout.sessions.create(params=params(), options={"stripe_account": account.id})

    link = client.v1.account_links.create(params={"account": account.id, **LINK})
    status, _, page = fetch(link.url)
    assert status == 200
    assert "Prøve-betaling" in page
    assert fetch(link.url, {"name": "Foreningen <b>Ærø</b>"})[:2] == (303, "http://shop.test/back/")
    inbox.wait(1)
    event = inbox.events(fake_stripe.webhook_secret)[0]
    assert (event.type, event.account) == ("account.updated", account.id)
    assert event.data.object.charges_enabled is True

    ready = client.v1.accounts.retrieve(account.id)
    assert (ready.charges_enabled, ready.payouts_enabled, ready.capabilities.mobilepay_payments) == (
        True,
        True,
        "active",
    )
    session = client.v1.checkout.sessions.create(params=params(), options={"stripe_account": account.id})
    assert session.payment_method_types == ["card", "mobilepay"]
    assert "Foreningen &lt;b&gt;Ærø&lt;/b&gt;" in fetch(session.url)[2]


def test_a_link_works_once_and_not_for_long(fake_stripe: FakeStripe, client: stripe.StripeClient) -> None:
    account = fake_stripe.account(ready=False)
    used, old = (client.v1.account_links.create(params={"account": account, **LINK}) for _ in range(2))
    fetch(used.url, {"name": "A"})
    assert fetch(used.url)[:2] == (303, "http://shop.test/again/")
    fake_stripe.advance_clock(600)
    assert fetch(old.url)[:2] == (303, "http://shop.test/again/")
    assert fetch(old.url, {"name": "B"})[:2] == (303, "http://shop.test/again/")
    assert fetch(f"{fake_stripe.url}/setup/acl_nothing")[0] == 404


def test_accounts_do_not_see_each_other(
    fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create, account: str
) -> None:
    session = create()
    fake_stripe.pay(session.id)
    charge = fake_stripe.objects("charge")[0]["id"]
    for stranger in ({"stripe_account": fake_stripe.account(name="En anden")}, {}):
        options: Any = stranger
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.checkout.sessions.retrieve(session.id, options=options)
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
        with pytest.raises(stripe.InvalidRequestError, match="No such charge"):
            client.v1.refunds.create(params={"charge": charge}, options=options)
        assert client.v1.charges.list(options=options).data == []
        assert client.v1.events.list(params={"type": "charge.succeeded"}, options=options).data == []
    own = client.v1.events.list(params={"types": ["charge.succeeded"]}, options={"stripe_account": account})
    assert [event.data.object.id for event in own.data] == [charge]


def test_an_unknown_account_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.PermissionError) as refused:
        client.v1.checkout.sessions.create(params=params(), options={"stripe_account": "acct_nobody"})
    assert refused.value.json_body["error"]["code"] == "account_invalid"


def test_the_platform_has_no_application_fee(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="application_fee_amount"):
        client.v1.checkout.sessions.create(params=params(payment_intent_data={"application_fee_amount": 100}))


def test_a_restricted_account_cannot_charge(fake_stripe: FakeStripe, create: Create, account: str) -> None:
    fake_stripe.restrict(account)
    with pytest.raises(stripe.InvalidRequestError, match="cannot currently make charges"):
        create()
    fake_stripe.onboard(account)
    assert create().status == "open"
