"""Checkout Sessions through the official SDK."""

import time
from typing import Any

import pytest
import stripe

from conbillet.demo.testing import ControlError, FakeStripe

from .conftest import Create, Inbox, line, params


def test_a_purchase_from_session_to_balance(
    fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create, account: str, inbox: Inbox
) -> None:
    session = create(
        line_items=[line(quantity=2), line("Kontingent 2026", 7500)],
        client_reference_id="order-1",
        metadata={"order": "abc"},
        payment_method_types=["card", "mobilepay"],
        payment_intent_data={"application_fee_amount": 500, "metadata": {"payment": "p1"}},
        expand=["line_items"],
        locale="da",
    )
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.amount_total == 62500
    assert [row.description for row in session.line_items.data] == ["Voksen, alle dage", "Kontingent 2026"]
    assert session.id.startswith("cs_test_")

    paid = fake_stripe.pay(session.id, method="mobilepay")
    assert paid["redirect_url"] == f"http://shop.test/order/1/?session={session.id}"

    options: Any = {"stripe_account": account}
    again = client.v1.checkout.sessions.retrieve(
        session.id, params={"expand": ["payment_intent.latest_charge.balance_transaction"]}, options=options
    )
    assert (again.status, again.payment_status, again.url) == ("complete", "paid", None)
    assert again.client_reference_id == "order-1"
    assert again.metadata["order"] == "abc"
    intent = again.payment_intent
    assert (intent.status, intent.amount_received, intent.metadata["payment"]) == ("succeeded", 62500, "p1")
    charge = intent.latest_charge
    assert (charge.paid, charge.payment_method_details.type, charge.application_fee_amount) == (True, "mobilepay", 500)
    balance = charge.balance_transaction
    assert balance.net == balance.amount - balance.fee
    assert {row.type for row in balance.fee_details} == {"stripe_fee", "application_fee"}

    inbox.wait(2)
    events = {event.type: event for event in inbox.events(fake_stripe.webhook_secret)}
    assert set(events) == {"payment_intent.succeeded", "checkout.session.completed"}
    completed = events["checkout.session.completed"]
    assert completed.account == account
    assert completed.data.object.id == session.id
    assert completed.data.object.payment_status == "paid"


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"line_items": None}, "parameter_missing", "line_items"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"customer_email": "mette"}, "email_invalid", "customer_email"),
        ({"line_items": [line(amount=-1)]}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
        ({"line_items": [line(amount="12.5")]}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
        ({"line_items": [line(quantity=0)]}, "parameter_invalid_integer", "line_items[0][quantity]"),
        ({"line_items": [line(name="")]}, "parameter_invalid_empty", "line_items[0][price_data][product_data][name]"),
        ({"line_items": [line(amount=200)]}, "amount_too_small", "line_items"),
        ({"line_items": [line(amount=99_999_999, quantity=2)]}, "amount_too_large", "line_items"),
        ({"line_items": [line(), line(currency="eur")]}, None, "line_items"),
        ({"payment_method_types": ["klarna"]}, None, "payment_method_types"),
        ({"colour": "blue"}, "parameter_unknown", "colour"),
        ({"metadata": {"k": "x" * 501}}, None, "metadata"),
        ({"locale": "tlh"}, None, "locale"),
        ({"expand": ["nonsense"]}, None, "expand"),
    ],
)
def test_bad_parameters_are_refused_and_nothing_is_stored(
    fake_stripe: FakeStripe, create: Create, changes: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        create(**changes)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
    assert refused.value.request_id
    assert fake_stripe.objects("checkout.session") == []


@pytest.mark.parametrize("seconds", [29 * 60, 25 * 3600])
def test_a_session_lives_between_half_an_hour_and_a_day(create: Create, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="between 30 minutes and 24 hours"):
        create(expires_at=int(time.time()) + seconds)


def test_a_session_expires_by_itself_when_the_clock_moves(
    fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create, account: str, inbox: Inbox
) -> None:
    session = create(expires_at=int(time.time()) + 31 * 60)
    fake_stripe.advance_clock(32 * 60)
    found = client.v1.checkout.sessions.retrieve(session.id, options={"stripe_account": account})
    assert found.status == "expired"
    inbox.wait(1)
    assert inbox.events(fake_stripe.webhook_secret)[0].type == "checkout.session.expired"
    with pytest.raises(ControlError):
        fake_stripe.pay(session.id)
    assert fake_stripe.objects("charge") == []


def test_a_session_is_expired_by_call_but_not_when_it_is_paid(
    fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create, account: str
) -> None:
    options: Any = {"stripe_account": account}
    given_up, paid = create(), create()
    assert client.v1.checkout.sessions.expire(given_up.id, options=options).status == "expired"
    fake_stripe.pay(paid.id)
    for id_ in (given_up.id, paid.id):
        with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
            client.v1.checkout.sessions.expire(id_, options=options)


def test_a_declined_card_leaves_the_session_open(
    fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create, account: str, inbox: Inbox
) -> None:
    session = create()
    assert fake_stripe.pay(session.id, outcome="insufficient_funds")["decline"] == "insufficient_funds"
    options: Any = {"stripe_account": account}
    found = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]}, options=options)
    assert (found.status, found.payment_status) == ("open", "unpaid")
    assert found.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    fake_stripe.pay(session.id)
    inbox.wait(3)
    types = inbox.types()
    assert sorted(types) == ["checkout.session.completed", "payment_intent.payment_failed", "payment_intent.succeeded"]
    assert [charge["status"] for charge in fake_stripe.objects("charge")] == ["failed", "succeeded"]
    assert len(fake_stripe.objects("payment_intent")) == 1


def test_paying_twice_charges_once(fake_stripe: FakeStripe, create: Create) -> None:
    session = create()
    first, second = fake_stripe.pay(session.id), fake_stripe.pay(session.id)
    assert first["redirect_url"] == second["redirect_url"]
    assert len(fake_stripe.objects("charge")) == 1


def test_a_free_order_needs_no_payment(fake_stripe: FakeStripe, create: Create) -> None:
    session = create(line_items=[line("Barn", 0)])
    paid = fake_stripe.pay(session.id)["session"]
    assert (paid["status"], paid["payment_status"], paid["payment_intent"]) == ("complete", "no_payment_required", None)


def test_lists_are_paged_newest_first(client: stripe.StripeClient, create: Create, account: str) -> None:
    made = [create().id for _ in range(5)]
    options: Any = {"stripe_account": account}
    page = client.v1.checkout.sessions.list(params={"limit": 2}, options=options)
    assert ([row.id for row in page.data], page.has_more) == (made[:-3:-1], True)
    following = client.v1.checkout.sessions.list(params={"limit": 3, "starting_after": made[3]}, options=options)
    assert ([row.id for row in following.data], following.has_more) == (made[2::-1], False)
    before = client.v1.checkout.sessions.list(params={"limit": 2, "ending_before": made[1]}, options=options)
    assert ([row.id for row in before.data], before.has_more) == ([made[3], made[2]], True)
    assert [row.id for row in page.auto_paging_iter()] == made[::-1]
    nothing = client.v1.checkout.sessions.list(params={"created": {"gt": int(time.time()) + 60}}, options=options)
    assert nothing.data == []


def test_the_key_is_checked(fake_stripe: FakeStripe) -> None:
    for key in ("sk_test_somebody_else", "nonsense"):
        stranger = stripe.StripeClient(key, base_addresses={"api": fake_stripe.url})
        with pytest.raises(stripe.AuthenticationError):
            stranger.v1.checkout.sessions.create(params=params())


def test_an_unknown_address_is_a_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.list()
    assert refused.value.http_status == 404
