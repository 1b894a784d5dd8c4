"""What goes wrong on demand, as the shop sees it."""

from typing import Any

import pytest
import stripe

from conbillet.demo.testing import ControlError, FakeStripe

from .conftest import Create


def test_an_error_before_the_work_changes_nothing(fake_stripe: FakeStripe, create: Create) -> None:
    fake_stripe.fault("error_500_before", path="/v1/checkout/*", times=2)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            create(key="k1")
        assert failed.value.http_status == 500
    assert fake_stripe.objects("checkout.session") == []
    assert create(key="k1").status == "open"


def test_an_error_after_the_work_is_repeated_for_the_same_key(
    fake_stripe: FakeStripe, client: stripe.StripeClient, create: Create, account: str
) -> None:
    fake_stripe.pay(create().id)
    charge = fake_stripe.objects("charge")[0]["id"]
    options: Any = {"stripe_account": account, "idempotency_key": "r1"}
    fake_stripe.fault("error_500_after", path="/v1/refunds")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.refunds.create(params={"charge": charge, "metadata": {"attempt": "a1"}}, options=options)
    found = client.v1.refunds.list(params={"charge": charge}, options={"stripe_account": account}).data
    assert [refund.metadata["attempt"] for refund in found] == ["a1"]


def test_an_error_on_the_way_back_gives_the_answer_to_the_same_key(fake_stripe: FakeStripe, create: Create) -> None:
    fake_stripe.fault("error_500_after", stored=False)
    with pytest.raises(stripe.APIError):
        create(key="k1")
    assert create(key="k1").id == fake_stripe.objects("checkout.session")[0]["id"]


def test_a_timeout_after_the_work(fake_stripe: FakeStripe, create: Create) -> None:
    fake_stripe.fault("timeout_after", path="/v1/checkout/sessions", seconds=0.1)
    with pytest.raises(stripe.APIConnectionError):
        create(key="k1")
    assert create(key="k1").id == fake_stripe.objects("checkout.session")[0]["id"]


def test_a_refused_connection(fake_stripe: FakeStripe, create: Create) -> None:
    fake_stripe.fault("refuse_connection", path="/v1/checkout/sessions")
    with pytest.raises(stripe.APIConnectionError):
        create()
    assert create().status == "open"


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, stripe.InvalidRequestError), (402, stripe.CardError), (429, stripe.RateLimitError)],
)
def test_a_refusal(fake_stripe: FakeStripe, create: Create, status: int, error: type[stripe.StripeError]) -> None:
    fake_stripe.fault("refuse", status=status, message="Not today.")
    with pytest.raises(error, match="Not today"):
        create()
    assert fake_stripe.objects("checkout.session") == []


def test_a_fault_hits_only_its_path_and_method(fake_stripe: FakeStripe, create: Create) -> None:
    fake_stripe.fault("refuse", path="/v1/refunds")
    fake_stripe.fault("refuse", path="/v1/checkout/*", method="GET")
    assert create().status == "open"
    assert len(fake_stripe.state()["faults"]) == 2
    fake_stripe.clear_faults()
    assert fake_stripe.state()["faults"] == []


@pytest.mark.parametrize(
    "data",
    [{"kind": "nonsense"}, {"kind": "slow", "times": 0}, {"kind": "slow", "seconds": "x"}, {"kind": "slow", "a": 1}],
)
def test_a_nonsensical_fault_is_refused(fake_stripe: FakeStripe, data: dict[str, Any]) -> None:
    with pytest.raises(ControlError):
        fake_stripe.control("POST", "faults", data)
