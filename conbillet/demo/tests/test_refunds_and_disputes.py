"""Money that goes back: refunds, disputes, payouts; the balance always adds up."""

from typing import Any

import pytest
import stripe

from conbillet.demo.testing import ControlError, FakeStripe

from .conftest import Create, Inbox


@pytest.fixture
def charge(fake_stripe: FakeStripe, create: Create) -> dict[str, Any]:
    """A paid charge of 275 kr."""
    session = create(payment_intent_data={"application_fee_amount": 1000})
    fake_stripe.pay(session.id)
    return fake_stripe.objects("charge")[-1]


def test_partial_refunds_up_to_the_charge(
    fake_stripe: FakeStripe, client: stripe.StripeClient, charge: dict[str, Any], account: str, inbox: Inbox
) -> None:
    options: Any = {"stripe_account": account}
    intent = charge["payment_intent"]
    refund = client.v1.refunds.create(
        params={"payment_intent": intent, "amount": 7500, "reason": "requested_by_customer", "metadata": {"r": "1"},
                "refund_application_fee": True},
        options=options,
    )  # fmt: skip
    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 7500, charge["id"])
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded") as refused:
        client.v1.refunds.create(params={"payment_intent": intent, "amount": 20001}, options=options)
    assert refused.value.param == "amount"
    rest = client.v1.refunds.create(params={"charge": charge["id"], "expand": ["charge"]}, options=options)
    assert (rest.amount, rest.charge.refunded, rest.charge.amount_refunded) == (20000, True, 27500)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create(params={"charge": charge["id"]}, options=options)
    assert refused.value.code == "charge_already_refunded"

    listed = client.v1.refunds.list(params={"payment_intent": intent}, options=options)
    assert [row.amount for row in listed.data] == [20000, 7500]
    assert client.v1.refunds.retrieve(refund.id, options=options).metadata["r"] == "1"
    assert client.v1.application_fees.list().data[0].amount_refunded == 272
    inbox.wait(4)
    assert sorted(inbox.types()) == ["charge.refunded"] * 2 + ["refund.created"] * 2


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "parameter_missing"),
        ({"charge": "ch_nothing"}, "resource_missing"),
        ({"payment_intent": "pi_nothing"}, "resource_missing"),
    ],
)
def test_a_refund_needs_a_charge(client: stripe.StripeClient, account: str, params: dict[str, Any], code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create(params=params, options={"stripe_account": account})  # type: ignore[arg-type]  # narrower at run time
    assert refused.value.code == code


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "many"])
def test_a_refund_of_nonsense_is_refused(
    client: stripe.StripeClient, charge: dict[str, Any], account: str, amount: str
) -> None:
    params: Any = {"charge": charge["id"], "amount": amount}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create(params=params, options={"stripe_account": account})
    assert refused.value.code == "parameter_invalid_integer"


def test_a_failed_refund_returns(
    fake_stripe: FakeStripe, client: stripe.StripeClient, charge: dict[str, Any], account: str, inbox: Inbox
) -> None:
    options: Any = {"stripe_account": account}
    before = balance(client, account)
    refund = client.v1.refunds.create(params={"charge": charge["id"]}, options=options)
    assert fake_stripe.set_refund(refund.id, "failed")["status"] == "failed"
    found = client.v1.charges.retrieve(charge["id"], params={"expand": ["refunds"]}, options=options)
    assert (found.amount_refunded, found.refunded, found.refunds.data[0].status) == (0, False, "failed")
    assert balance(client, account) == before
    inbox.wait(4)
    assert {"refund.failed", "refund.updated"} <= set(inbox.types())


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_dispute_takes_the_money_until_it_is_won(
    fake_stripe: FakeStripe,
    client: stripe.StripeClient,
    charge: dict[str, Any],
    account: str,
    inbox: Inbox,
    outcome: str,
) -> None:
    options: Any = {"stripe_account": account}
    before = balance(client, account)
    dispute = fake_stripe.dispute(charge["id"], reason="product_not_received")
    assert client.v1.charges.retrieve(charge["id"], options=options).disputed is True
    assert balance(client, account) == before - 27500 - 15000
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create(params={"charge": charge["id"]}, options=options)
    assert refused.value.code == "charge_disputed"
    answered = client.v1.disputes.update(
        dispute["id"], params={"evidence": {"product_description": "Billet"}, "submit": True}, options=options
    )
    assert answered.status == "under_review"
    fake_stripe.close_dispute(dispute["id"], outcome)
    assert client.v1.disputes.retrieve(dispute["id"], options=options).status == outcome
    assert balance(client, account) == before - 15000 - (27500 if outcome == "lost" else 0)
    inbox.wait(3)
    assert set(inbox.types()) == {"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"}
    with pytest.raises(ControlError):
        fake_stripe.close_dispute(dispute["id"], "won")


def test_the_disputing_card(fake_stripe: FakeStripe, create: Create) -> None:
    fake_stripe.pay(create().id, outcome="disputed")
    assert fake_stripe.objects("dispute")[0]["charge"] == fake_stripe.objects("charge")[0]["id"]


def test_a_payout_empties_the_balance(
    fake_stripe: FakeStripe, client: stripe.StripeClient, charge: dict[str, Any], account: str, inbox: Inbox
) -> None:
    there = balance(client, account)
    payout = fake_stripe.payout(account)
    assert (payout["amount"], balance(client, account)) == (there, 0)
    inside = client.v1.balance_transactions.list(params={"payout": payout["id"]}, options={"stripe_account": account})
    assert {row.type for row in inside.data} == {"charge", "payout"}
    assert sum(row.net for row in inside.data) == 0
    inbox.wait(1)
    assert inbox.types() == ["payout.paid"]
    with pytest.raises(ControlError):
        fake_stripe.payout(account)


def balance(client: stripe.StripeClient, account: str) -> int:
    options: Any = {"stripe_account": account}
    available = client.v1.balance.retrieve(options=options).available
    rows = client.v1.balance_transactions.list(params={"limit": 100}, options=options).data
    total = sum(row.amount for row in available)
    assert total == sum(row.net for row in rows)
    return total
