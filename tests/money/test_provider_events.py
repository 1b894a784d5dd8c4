"""Webhooks to paid orders: once, whatever the order, number and age of the news; only for what Stripe itself confirms."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from conbillet.memberships.models import Membership
from conbillet.payments.gateway import ProviderUnknown
from conbillet.payments.models import Attempt, ConnectedAccount, Dispute, LedgerEntry, Payment, ProviderEvent, Refund
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Receipt
from conbillet.tickets.models import Ticket
from conbillet.workflows import provider_events
from conbillet.workflows.provider_events import handle_provider_event
from tests.jobs import announced, run_jobs

pytestmark = pytest.mark.django_db


def outcomes() -> dict[str, str]:
    return dict(ProviderEvent.objects.values_list("kind", "outcome"))


def test_paid_once(shop):
    order = shop.paid()
    assert order.state == Order.State.PAID
    payment = shop.payment(order)
    assert (payment.state, payment.provider_method) == (Payment.State.CAPTURED, "card")
    assert payment.attempts.get().state == Attempt.State.COMPLETE
    assert outcomes() == {"checkout.session.completed": "paid"}
    assert shop.complaints() == []


def test_mobilepay(shop):
    order = shop.order()
    shop.pay(order, method="mobilepay")
    shop.deliver()
    run_jobs()
    assert shop.payment(order).provider_method == "mobilepay"


def test_doubled_and_replayed_webhooks_change_nothing(shop):
    order = shop.order()
    shop.pay(order)
    events = shop.new_events()
    for event in events * 3:
        assert shop.post(event).status_code == 200
    run_jobs()
    before = (Ticket.objects.count(), Receipt.objects.count(), LedgerEntry.objects.count())
    ProviderEvent.objects.update(handled_at=None)  # as if the worker had died before it wrote that it was done
    for row in ProviderEvent.objects.all():
        handle_provider_event(event=row.pk)
    # Of the ledger's entries two are the money, and two Stripe's fee.
    assert (Ticket.objects.count(), Receipt.objects.count(), LedgerEntry.objects.count()) == before == (1, 1, 4)
    assert shop.complaints() == []


def test_what_the_worker_costs(shop, django_assert_max_num_queries):
    order = shop.order()
    shop.pay(order)
    shop.deliver()
    (fact,) = [ids for name, ids in announced() if name == "provider_event"]
    with django_assert_max_num_queries(22):  # four of them here: event, attempt, attempt's end, event's end
        handle_provider_event(event=fact["event"])
    assert Order.objects.get(pk=order.pk).state == Order.State.PAID


def test_news_in_the_wrong_order(shop):
    """Dispute and refund overtake the payment that they are about."""
    order = shop.order()
    session = shop.pay(order)
    shop.stripe.dispute(session["id"])
    shop.deliver(backwards=True)
    run_jobs()
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    assert Dispute.objects.get().status == "needs_response"
    assert shop.complaints() == []


def test_stripe_does_not_answer_the_worker(shop):
    order = shop.order()
    shop.pay(order)
    shop.deliver()
    shop.stripe.fault("error_500_before", path="/v1/checkout/sessions/*", times=1)
    with pytest.raises(ProviderUnknown):
        run_jobs()
    run_jobs()
    order.refresh_from_db()
    assert order.state == Order.State.PAID


def test_an_answer_that_got_lost_is_found_by_the_webhook(shop):
    """The call that made the session was never answered, and still somebody paid it."""
    order = shop.order()
    shop.stripe.fault("error_500_after", path="/v1/checkout/sessions", stored=False)
    from conbillet.payments.actions.start_checkout import CheckoutUnknown

    with pytest.raises(CheckoutUnknown):
        shop.checkout(order)
    (session,) = shop.stripe.objects("checkout.session")
    shop.stripe.pay(session["id"])
    shop.deliver()
    run_jobs()
    assert Attempt.objects.get().session == session["id"]
    assert Order.objects.get(pk=order.pk).state == Order.State.PAID
    assert shop.complaints() == []


def test_an_expired_session_ends_the_order_and_frees_its_places(shop):
    order = shop.order()
    shop.stripe.expire(shop.checkout(order).session)
    shop.deliver()
    run_jobs()
    order.refresh_from_db()
    shop.world.people.refresh_from_db()
    assert order.state in (Order.State.CANCELLED, Order.State.EXPIRED)
    assert shop.payment(order).state == Payment.State.EXPIRED
    assert (shop.world.people.held, shop.world.people.sold) == (0, 0)


def replaced_session(shop) -> Order:
    """The first session was ended to make room for a second one, and the news of its end comes afterwards."""
    order = shop.order()
    first = shop.checkout(order)
    shop.stripe.expire(first.session)
    Attempt.objects.filter(pk=first.pk).update(expires_at=shop.now - timedelta(seconds=1))
    shop.checkout(order)
    shop.deliver()
    run_jobs()
    order.refresh_from_db()
    return order


def test_the_end_of_a_replaced_session_does_not_end_the_order(shop):
    assert replaced_session(shop).state == Order.State.AWAITING_PAYMENT


def test_planted_without_looking_for_the_other_session_the_order_would_be_lost(shop, monkeypatch):
    monkeypatch.setattr(provider_events, "_LIVE", ())
    assert replaced_session(shop).state != Order.State.AWAITING_PAYMENT


def test_another_amount_is_not_confirmed_but_reported_once(shop):
    order = shop.order()
    shop.pay(order)
    Payment.objects.update(amount=39999)
    for _ in range(2):
        ProviderEvent.objects.all().delete()
        shop.delivered.clear()
        shop.deliver()
        run_jobs()
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING_PAYMENT
    assert outcomes()["checkout.session.completed"] == "mismatch: amount"
    assert shop.audited("payment_mismatch_amount") == 1


def test_an_event_in_the_name_of_another_account_confirms_nothing(shop):
    order = shop.order()
    shop.pay(order)
    for event in shop.new_events():
        shop.post({**event, "account": "acct_somebody"})
    run_jobs()
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING_PAYMENT
    assert outcomes()["checkout.session.completed"] == "mismatch: account"


def test_a_paid_session_in_another_associations_account_confirms_nothing(shop):
    """Somebody who runs another association copies our metadata into a session of their own, and pays themselves."""
    import stripe

    other = ConnectedAccount.objects.create(
        organization=shop.world.other,
        stripe_account=shop.stripe.account(name="Hyggecon"),
        charges_enabled=True,
        connected_at=shop.now,
        checked_at=shop.now,
    )
    order = shop.order()
    attempt = shop.checkout(order)
    Attempt.objects.filter(pk=attempt.pk).update(session="", state="starting")  # the moment of greatest trust
    client = stripe.StripeClient(shop.stripe.secret_key, base_addresses={"api": shop.stripe.url})
    price = {"currency": "dkk", "unit_amount": order.amount, "product_data": {"name": "X"}}
    copy = client.v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": "http://localhost/",
            "metadata": {"attempt": str(attempt.key)},
        },
        options={"stripe_account": other.stripe_account},
    )
    shop.stripe.pay(copy.id)
    shop.deliver()
    run_jobs()
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING_PAYMENT
    assert outcomes()["checkout.session.completed"] == "nothing of ours"


def test_money_that_comes_too_late_goes_back(shop):
    order = shop.order(Wish(shop.world.adult.pk, 1), Wish(shop.world.bed.pk, 1))
    shop.pay(order)
    from conbillet.sales.stock import release_expired

    release_expired(now=shop.now + timedelta(hours=1))
    shop.world.people.size = 0
    shop.world.people.save()
    shop.deliver()
    run_jobs()
    shop.deliver()
    run_jobs()
    order.refresh_from_db()
    assert order.state != Order.State.PAID and not Ticket.objects.exists()
    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.reason) == ("succeeded", order.amount, "late_money")
    assert [row["amount"] for row in shop.stripe.objects("refund")] == [order.amount]
    assert shop.complaints() == []
    assert sum(LedgerEntry.objects.filter(account="sales").values_list("amount", flat=True)) == 0


@pytest.mark.parametrize(("outcome", "state"), [("won", "won"), ("lost", "lost")])
def test_a_dispute_from_beginning_to_end(shop, outcome, state):
    order = shop.paid(Wish(shop.world.membership.pk, 1))
    dispute = shop.stripe.dispute(shop.payment(order).provider_payment)
    shop.deliver(times=2)
    run_jobs()
    assert Membership.objects.get().dispute_state == "open"
    booked = dict(LedgerEntry.objects.filter(key__startswith="dispute").values_list("account", "amount"))
    assert booked == {"disputed": 7500, "provider": -7500}
    shop.stripe.close_dispute(dispute["id"], outcome)
    shop.deliver(times=2, backwards=True)
    run_jobs()
    row = Dispute.objects.get()
    assert (row.status, row.closed_at is not None) == (state, True)
    assert Membership.objects.get().dispute_state == state
    disputed = sum(LedgerEntry.objects.filter(account="disputed").values_list("amount", flat=True))
    assert disputed == (0 if outcome == "won" else 7500)
    assert shop.complaints() == []


def test_the_association_loses_and_regains_the_right_to_charge(shop):
    shop.stripe.restrict(shop.account.stripe_account)
    shop.deliver()
    run_jobs()
    shop.account.refresh_from_db()
    assert shop.account.charges_enabled is False
    shop.stripe.onboard(shop.account.stripe_account)
    shop.deliver()
    run_jobs()
    shop.account.refresh_from_db()
    assert shop.account.charges_enabled is True
    assert shop.audited("payment_account_changed") == 2


def test_a_refund_made_in_stripes_own_dashboard_is_recorded(shop):
    import stripe

    order = shop.paid()
    client = stripe.StripeClient(shop.stripe.secret_key, base_addresses={"api": shop.stripe.url})
    client.v1.refunds.create(
        params={"payment_intent": shop.payment(order).provider_payment, "amount": 10000},
        options={"stripe_account": shop.account.stripe_account},
    )
    shop.deliver(times=2)
    run_jobs()
    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.about) == ("succeeded", 10000, "")
    assert shop.payment(order).refunded_amount == 10000
    assert shop.audited("refunded_elsewhere") == 1
    assert shop.complaints() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_webhook_on_two_threads(shop):
    order = shop.order()
    shop.pay(order)
    (event,) = [event for event in shop.new_events() if event["type"] == "checkout.session.completed"]
    gate, answers = threading.Barrier(2), []

    def post():
        try:
            gate.wait()
            answers.append(shop.post(event).status_code)
            gate.wait()
            handle_provider_event(event=ProviderEvent.objects.get().pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [200, 200]
    assert [name for name, _ids in announced()].count("provider_event") == 1
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    assert (Ticket.objects.count(), Receipt.objects.count()) == (1, 1)
    assert shop.complaints() == []
