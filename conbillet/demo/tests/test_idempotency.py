"""The same key never does the work twice."""

import threading
import time

import pytest
import stripe

from conbillet.demo.testing import FakeStripe

from .conftest import Create, params


def test_the_same_request_gets_the_kept_answer(fake_stripe: FakeStripe, create: Create) -> None:
    first, second = create(key="k1"), create(key="k1")
    assert first.id == second.id
    assert len(fake_stripe.objects("checkout.session")) == 1
    assert [request["replayed"] for request in fake_stripe.requests()] == [False, True]
    assert create(key="k2").id != first.id


def test_another_request_with_the_same_key_is_refused(
    fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create, account: str
) -> None:
    create(key="k1")
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refused:
        create(key="k1", metadata={"other": "1"})
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.refunds.create(
            params={"charge": "ch_1"}, options={"stripe_account": account, "idempotency_key": "k1"}
        )
    assert len(fake_stripe.objects("checkout.session")) == 1


def test_keys_of_two_accounts_are_apart(fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create) -> None:
    first = create(key="k1")
    other = client.v1.checkout.sessions.create(
        params=params(), options={"stripe_account": fake_stripe.account(name="B"), "idempotency_key": "k1"}
    )
    assert other.id != first.id


def test_refused_parameters_do_not_use_the_key_up(create: Create) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(key="k1", customer_email="mette")
    assert create(key="k1").status == "open"


def test_a_refusal_of_the_work_is_kept(
    fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create, account: str
) -> None:
    session = create()
    fake_stripe.pay(session.id)
    charge = fake_stripe.objects("charge")[0]["id"]
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
            client.v1.refunds.create(
                params={"charge": charge, "amount": 99999},
                options={"stripe_account": account, "idempotency_key": "r1"},
            )
    assert fake_stripe.requests()[-1]["replayed"] is True


def test_a_key_in_use_is_a_conflict(fake_stripe: FakeStripe, create: Create) -> None:
    fake_stripe.fault("slow", path="/v1/checkout/sessions", seconds=1)
    made: list[str] = []
    first = threading.Thread(target=lambda: made.append(create(key="same").id))
    first.start()
    while fake_stripe.control("GET", "faults")["faults"]:
        time.sleep(0.01)
    time.sleep(0.05)
    with pytest.raises(stripe.StripeError) as refused:
        create(key="same")
    assert refused.value.http_status == 409
    assert refused.value.json_body["error"]["code"] == "idempotency_key_in_use"
    first.join()
    assert create(key="same").id == made[0]
    assert len(fake_stripe.objects("checkout.session")) == 1


def test_keys_are_forgotten_after_a_day(fake_stripe: FakeStripe, create: Create) -> None:
    first = create(key="k1")
    fake_stripe.advance_clock(25 * 3600)
    assert create(key="k1").id != first.id
