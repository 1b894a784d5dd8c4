"""What no webhook announced is finished by the reconciler; what cannot be explained is written down, once (I5)."""

from datetime import timedelta

import pytest
import stripe

from conbillet.payments import invariants
from conbillet.payments.gateway import ChargeView
from conbillet.payments.models import Attempt, Dispute, Payment, Refund
from conbillet.sales.actions.cancel_order import cancel_order
from conbillet.sales.models import Order
from conbillet.workflows import reconciliation
from conbillet.workflows.reconciliation import PATIENCE, buyer_waits, reconcile, reconcile_accounts
from conbillet.workflows.refunds import refund_order
from tests.jobs import announced, run_jobs

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=3)


def sdk(shop) -> stripe.StripeClient:
    return stripe.StripeClient(shop.stripe.secret_key, base_addresses={"api": shop.stripe.url})


def asked(shop) -> int:
    """How often Stripe was asked about sessions."""
    return sum(
        row["method"] == "GET" and row["path"].startswith("/v1/checkout/sessions") for row in shop.stripe.requests()
    )


def test_a_lost_webhook(shop):
    order = shop.order()
    shop.pay(order)
    assert reconcile(now=shop.now + PATIENCE - timedelta(seconds=1)).attempts == 0
    assert reconcile(now=shop.now + LATER).attempts == 1
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    assert Attempt.objects.get().state == Attempt.State.COMPLETE
    assert reconcile(now=shop.now + LATER).attempts == 0
    shop.deliver()  # the webhook comes after all
    run_jobs()
    assert shop.complaints() == []


def test_the_buyer_who_waits_need_not_wait_for_the_reconciler(shop):
    """The webhook is lost; the page that the buyer came back to says that it has waited, and Stripe is asked."""
    order = shop.order()
    shop.pay(order)
    page = f"/order/{order.reference}/{order.access_key}/state.json"
    assert shop.client.get(page).json() == {"state": "awaiting_payment"}
    assert announced() == []  # a page that has just opened asks nobody
    assert shop.client.get(f"{page}?late=1").json() == {"state": "awaiting_payment"}
    assert announced() == [("buyer_waits", {"order": order.reference})]
    assert shop.client.get(f"{page}?late=1").status_code == 200
    assert len(announced()) == 1  # impatience costs nothing
    run_jobs()
    assert shop.client.get(page).json() == {"state": "paid"}
    before = len(announced())
    shop.client.get(f"{page}?late=1")
    assert len(announced()) == before
    assert shop.complaints() == []


def test_waiting_without_paying_proves_nothing(shop):
    order = shop.order()
    shop.checkout(order)
    assert buyer_waits(order=order, now=shop.now)
    run_jobs()
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING_PAYMENT
    shop.stripe.fault("refuse_connection", path="/v1/checkout/sessions/*", times=9)
    assert buyer_waits(order=order, now=shop.now + LATER)
    run_jobs()  # Stripe does not answer: nothing fails, the reconciler comes by
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING_PAYMENT


def test_planted_without_the_reconciler_a_lost_webhook_is_a_charge_without_a_payment(shop):
    shop.pay(shop.order())
    assert any("belongs to no payment" in complaint for complaint in shop.complaints())


def test_an_open_session_is_asked_about_seldom(shop):
    order = shop.order()
    shop.checkout(order)
    before = asked(shop)
    for minute in range(36):
        reconcile(now=shop.now + timedelta(minutes=minute))
    assert asked(shop) - before == 5  # at 2, 4, 8, 16 and 32 minutes
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING_PAYMENT
    shop.stripe.advance_clock(37 * 60)
    reconcile(now=shop.now + timedelta(minutes=37))
    order.refresh_from_db()
    assert order.state != Order.State.AWAITING_PAYMENT


def test_what_is_not_for_sale_any_more_cannot_be_paid(shop):
    """The order was cancelled, and the process died before it told Stripe."""
    from conbillet.core.actor import SYSTEM

    order = shop.order()
    attempt = shop.checkout(order)
    cancel_order(order=order, reason="", actor=SYSTEM, now=shop.now)
    run_jobs()
    reconcile(now=shop.now + LATER)
    (session,) = shop.stripe.objects("checkout.session")
    assert session["status"] == "expired"
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.EXPIRED


def test_a_call_that_left_nothing_behind_is_let_go(shop):
    from conbillet.payments.actions.start_checkout import CheckoutUnknown

    order = shop.order()
    shop.stripe.fault("error_500_before", path="/v1/checkout/sessions")
    with pytest.raises(CheckoutUnknown):
        shop.checkout(order)
    reconcile(now=shop.now + LATER)
    assert Attempt.objects.get().state == Attempt.State.REFUSED
    assert shop.checkout(order, now=shop.now + LATER).state == Attempt.State.OPEN


def test_stripe_is_down(shop):
    shop.pay(shop.order())
    shop.stripe.fault("error_500_before", times=9)
    assert reconcile(now=shop.now + LATER).stopped
    shop.stripe.clear_faults()
    reconcile(now=shop.now + LATER)
    assert Order.objects.get().state == Order.State.PAID


def test_one_that_goes_wrong_does_not_hold_up_the_others(shop, monkeypatch):
    bad, good = shop.order(), shop.order()
    shop.pay(bad)
    shop.pay(good)
    act = reconciliation.act_on

    def stumble(*, finding, now):
        if finding.payment_id == shop.payment(bad).pk:
            raise RuntimeError("planted")
        return act(finding=finding, now=now)

    monkeypatch.setattr(reconciliation, "act_on", stumble)
    reconcile(now=shop.now + LATER)
    states = {order.pk: order.state for order in Order.objects.all()}
    assert states == {bad.pk: Order.State.AWAITING_PAYMENT, good.pk: Order.State.PAID}
    monkeypatch.undo()
    reconcile(now=shop.now + 2 * LATER)
    bad.refresh_from_db()
    assert bad.state == Order.State.PAID


@pytest.mark.parametrize("age", [LATER, timedelta(hours=5), timedelta(days=2)])
def test_a_refund_whose_job_was_lost_is_sent_once(shop, age):
    order = shop.paid()
    refund_order(order=order, reason="requested", actor=shop.world.actor(shop.world.owner), now=shop.now)
    for _ in range(2):
        reconcile(now=shop.now + age)
        reconcile_accounts(now=shop.now + age)
    assert Refund.objects.get().state == "succeeded"
    assert len(shop.stripe.objects("refund")) == 1
    assert shop.complaints() == []


def test_a_refund_whose_key_was_forgotten_is_found(shop):
    """Two days later Stripe no longer knows the key; the refund itself is found, and not made twice."""
    order = shop.paid()
    credit_note = refund_order(order=order, reason="requested", actor=shop.world.actor(shop.world.owner), now=shop.now)
    row = Refund.objects.get()
    sdk(shop).v1.refunds.create(
        params={
            "payment_intent": row.payment.provider_payment,
            "amount": row.amount,
            "metadata": {"refund": str(row.key)},
        },
        options={"stripe_account": shop.account.stripe_account},
    )
    reconcile_accounts(now=shop.now + timedelta(days=2))
    row.refresh_from_db()
    assert (row.state, row.amount) == ("succeeded", -credit_note.amount)
    assert len(shop.stripe.objects("refund")) == 1


def test_books_that_agree(shop):
    shop.paid()
    shop.paid()
    assert reconcile_accounts(now=shop.now + timedelta(hours=1)) == []
    assert not any("difference" in action for action in actions())


def actions() -> list[str]:
    from conbillet.core.models import AuditEntry

    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_refund_and_a_dispute_that_no_webhook_told_of(shop):
    first, second = shop.paid(), shop.paid()
    sdk(shop).v1.refunds.create(
        params={"payment_intent": shop.payment(first).provider_payment, "amount": 5000},
        options={"stripe_account": shop.account.stripe_account},
    )
    shop.stripe.dispute(shop.payment(second).provider_payment)
    assert reconcile_accounts(now=shop.now + timedelta(hours=1)) == []
    assert shop.payment(first).refunded_amount == 5000
    assert Dispute.objects.get().payment == shop.payment(second)
    assert shop.complaints() == []


def test_money_that_belongs_to_nothing_is_written_down_once(shop):
    """The association uses its account elsewhere too; or somebody has tampered with our rows."""
    price = {"currency": "dkk", "unit_amount": 9900, "product_data": {"name": "Kaffe"}}
    session = sdk(shop).v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": "http://localhost/",
        },
        options={"stripe_account": shop.account.stripe_account},
    )
    shop.stripe.pay(session.id)
    order = shop.paid()
    Payment.objects.filter(about=order.reference).update(captured_amount=50000)
    for hours in (1, 2):
        found = reconcile_accounts(now=shop.now + timedelta(hours=hours))
        assert sorted(difference.kind for difference in found) == ["amount", "charge_without_payment"]
    assert (shop.audited("difference_amount"), shop.audited("difference_charge_without_payment")) == (1, 1)


def test_a_payment_that_stripe_does_not_know(shop):
    order = shop.paid()
    Payment.objects.filter(about=order.reference).update(provider_payment="pi_invented")
    found = reconcile_accounts(now=shop.now + timedelta(hours=1))
    assert [difference.kind for difference in found] == ["charge_without_payment", "payment_without_charge"]


def test_every_complaint_of_i5(shop):
    order = shop.paid()
    payment = shop.payment(order)
    charge = ChargeView("ch_1", payment.provider_payment, 40000, 0, "DKK", "")

    def complaints(*charges):
        return invariants.charges_match(organization_id=payment.organization_id, charges=charges)

    assert complaints(charge) == []
    assert "has no charge" in complaints()[0]
    assert "another charge" in complaints(charge, charge)[0]
    for wrong in (
        ChargeView("ch_1", payment.provider_payment, 39999, 0, "DKK", ""),
        ChargeView("ch_1", payment.provider_payment, 40000, 1, "DKK", ""),
        ChargeView("ch_1", payment.provider_payment, 40000, 0, "EUR", ""),
    ):
        assert "at Stripe" in complaints(wrong)[0]
    assert "belongs to no payment" in complaints(charge, ChargeView("ch_2", "pi_2", 1, 0, "DKK", ""))[0]


def test_the_account_is_refreshed_too(shop):
    shop.stripe.restrict(shop.account.stripe_account)
    reconcile_accounts(now=shop.now)
    shop.account.refresh_from_db()
    assert shop.account.charges_enabled is False


def test_an_account_that_stripe_will_not_show_does_not_hold_up_the_others(shop):
    from conbillet.payments.models import ConnectedAccount

    ConnectedAccount.objects.create(
        organization=shop.world.other,
        stripe_account="acct_gone",
        charges_enabled=True,
        connected_at=shop.now,
        checked_at=shop.now,
    )
    shop.stripe.dispute(shop.payment(shop.paid()).provider_payment)
    reconcile_accounts(now=shop.now)
    assert Dispute.objects.count() == 1
