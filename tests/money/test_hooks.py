"""The webhook's address, reached by the fake Stripe over real HTTP: lost, doubled, reordered, delayed, forged."""

import pytest

from conbillet.payments.actions.receive_webhook import LARGEST_BODY
from conbillet.payments.models import ProviderEvent
from conbillet.sales.models import Order
from conbillet.workflows.reconciliation import reconcile
from tests.jobs import announced, run_jobs
from tests.money.test_reconciliation import LATER

EVENT = {
    "id": "evt_1",
    "object": "event",
    "account": "acct_1",
    "type": "checkout.session.completed",
    "data": {"object": {"id": "cs_1"}},
}


@pytest.mark.django_db
def test_it_answers_and_leaves_no_cookie(shop, caplog):
    answer = shop.post(EVENT)
    assert (answer.status_code, answer.content, dict(answer.cookies)) == (200, b"", {})
    assert ProviderEvent.objects.count() == 1
    assert "cs_1" not in caplog.text


@pytest.mark.django_db
def test_both_ways_to_write_the_address(shop):
    shop.client.enforce_csrf_checks = True
    for path in ("/hooks/stripe", "/hooks/stripe/"):
        assert shop.client.post(path, b"{}", content_type="application/json").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["get", "put", "delete", "patch"])
def test_other_verbs(shop, verb):
    assert getattr(shop.client, verb)("/hooks/stripe/").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 3 * LARGEST_BODY])
def test_what_is_too_large(shop, size):
    answer = shop.client.post("/hooks/stripe/", b"x" * size, content_type="application/json")
    assert answer.status_code == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.django_db
def test_it_costs_two_statements(shop, django_assert_num_queries):
    with django_assert_num_queries(4):  # and the savepoint of the test
        shop.post(EVENT)


@pytest.fixture
def wired(shop, live_server):
    """The fake Stripe delivers to us as soon as something happens."""
    shop.stripe.webhooks_to(f"{live_server.url}/hooks/stripe/", secrets=["whsec_money"])
    yield shop
    shop.stripe.webhooks_to("")


def paid(order: Order) -> bool:
    order.refresh_from_db()
    return order.state == Order.State.PAID


@pytest.mark.django_db(transaction=True)
def test_a_real_delivery(wired):
    order = wired.order()
    wired.pay(order)
    assert wired.stripe.wait_for_webhooks()
    run_jobs()
    assert paid(order)
    assert wired.complaints() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["webhooks_lost", "webhooks_doubled", "webhooks_reordered", "webhooks_delayed"])
def test_webhooks_in_trouble(wired, fault):
    details = {"times": 2, "seconds": 0.5} if fault == "webhooks_reordered" else {"times": 2}
    wired.stripe.fault(fault, **details)
    order = wired.order()
    session = wired.pay(order)
    wired.stripe.dispute(session["id"])
    wired.stripe.wait_for_webhooks()
    run_jobs()
    if fault == "webhooks_delayed":
        wired.stripe.flush()
        wired.stripe.wait_for_webhooks()
        run_jobs()
    reconcile(now=wired.now + LATER)
    run_jobs()
    assert paid(order)
    assert wired.complaints() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forgery", ["bad_signature", "no_signature", "altered_body"])
def test_forged(wired, forgery):
    order = wired.order()
    attempt = wired.checkout(order)
    answer = wired.stripe.forge(
        forgery,
        type="checkout.session.completed",
        account=wired.account.stripe_account,
        object={"id": attempt.session, "payment_status": "paid", "status": "complete"},
    )
    assert answer["status"] == 400
    assert not ProviderEvent.objects.exists()
    assert "provider_event" not in [name for name, _ids in announced()]


@pytest.mark.django_db(transaction=True)
def test_replayed_late(wired):
    order = wired.order()
    wired.pay(order)
    wired.stripe.wait_for_webhooks()
    event = wired.stripe.events(type="checkout.session.completed")[0]["id"]
    assert [answer["status"] for answer in wired.stripe.replay(event, times=3)] == [200] * 3
    assert [answer["status"] for answer in wired.stripe.replay(event, signed_seconds_ago=400)] == [400]
    run_jobs()
    assert paid(order)
    assert wired.complaints() == []


@pytest.mark.django_db
def test_a_paid_session_that_only_the_webhook_claims(shop):
    """A genuine event whose session is not paid at Stripe (any more) confirms nothing: only the look-up counts."""
    order = shop.order()
    attempt = shop.checkout(order)
    claimed = {"id": attempt.session, "status": "complete", "payment_status": "paid"}
    shop.post({**EVENT, "account": shop.account.stripe_account, "data": {"object": claimed}})
    run_jobs()
    assert not paid(order)
    assert ProviderEvent.objects.get().outcome == "still open"
