"""Whatever is asked, answered, failed and asked again: I2 and I3 hold after every step."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conbillet.core.actor import SYSTEM
from conbillet.payments import invariants
from conbillet.payments.actions.capture_payment import capture_payment
from conbillet.payments.actions.expect_payment import expect_payment
from conbillet.payments.actions.record_outside_refund import record_outside_refund
from conbillet.payments.actions.request_refund import RefundTooLarge, repeat_refund, request_refund
from conbillet.payments.actions.settle_refund import settle_refund
from conbillet.payments.gateway import Fees
from conbillet.payments.ledger import book_fees
from conbillet.payments.models import LedgerAccount, LedgerEntry, Payment, Refund
from tests.cast import make_organization

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CAPTURED = 1000

STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(1, CAPTURED + 1)),
    st.tuples(st.just("elsewhere"), st.integers(1, CAPTURED + 1)),
    st.tuples(st.sampled_from(["succeeded", "failed", "pending", "canceled", "again"]), st.integers(0, 5)),
)


class AnyRefunds(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        st.sampled_from(["card", "transfer", "door"]),
        st.lists(STEPS, max_size=8),
        st.integers(0, 400),
        st.integers(0, 50),
    )
    def test_i2_and_i3_hold(self, method, steps, provider_fee, platform_fee):
        organization = make_organization("alea", "ALEA")
        payment = expect_payment(organization_id=organization.pk, about="A", amount=CAPTURED, method=method, now=NOW)
        split = {LedgerAccount.SALES: 700, LedgerAccount.VAT: 200, LedgerAccount.DUES: 100 - platform_fee}
        split[LedgerAccount.PLATFORM_FEE] = platform_fee
        fees = Fees(provider_fee, platform_fee) if method == "card" else None
        capture_payment(
            payment=payment,
            amount=CAPTURED,
            provider_payment="pi_1",
            provider_method="",
            split=split,
            fees=fees,
            now=NOW,
        )
        book_fees(payment=payment, fees=fees, now=NOW)  # the reconciler comes by, too
        kept = LedgerEntry.objects.filter(account=LedgerAccount.PROVIDER_FEE).values_list("amount", flat=True)
        assert sum(kept) == (provider_fee if fees else 0)
        for number, (verb, value) in enumerate(steps):
            refunds = list(Refund.objects.order_by("id"))
            if verb == "ask":
                self.ask(payment, value)
            elif verb == "elsewhere" and method == "card":
                record_outside_refund(payment_id=payment.pk, provider_refund=f"re_x{number}", amount=value, now=NOW)
            elif value < len(refunds):
                self.settle(refunds[value], verb)
            self.check(payment)

    def ask(self, payment, amount):
        details = {"reason": "requested", "about": "", "actor": SYSTEM, "now": NOW, "split": {"sales": amount}}
        try:
            request_refund(payment=payment, amount=amount, **details)
        except RefundTooLarge:
            payment.refresh_from_db()
            assert payment.refunded_amount + amount > CAPTURED

    def settle(self, refund, status):
        if status == "again":
            if refund.state == Refund.State.FAILED:
                try:
                    repeat_refund(refund=refund, actor=SYSTEM, now=NOW)
                except RefundTooLarge:
                    return
            return
        settle_refund(refund=refund, provider_refund="", status=status, failure="", actor=SYSTEM, now=NOW)
        after = Refund.objects.get(pk=refund.pk).state
        # Forward only: what has failed stays failed, what has succeeded never waits again.
        assert not (refund.state == "failed" and after != "failed")
        assert not (refund.state == "succeeded" and after == "requested")

    def check(self, payment):
        assert invariants.complaints() == []
        row = Payment.objects.get(pk=payment.pk)
        assert 0 <= row.refunded_amount <= row.captured_amount == CAPTURED
        assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 0
