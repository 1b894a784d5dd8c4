"""Money that goes back by several ways, in the wrong order, and what is left of the tickets."""

import pytest
import stripe
from django.core import mail
from django.test import Client

from conbillet.core.actor import person_actor
from conbillet.memberships.models import Membership
from conbillet.payments import invariants
from conbillet.payments.actions.request_refund import RefundTooLarge
from conbillet.payments.findings import DisputeChanged
from conbillet.payments.models import LedgerEntry, Refund
from conbillet.payments.queries import outside_left
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.cancel_order import cancel_order
from conbillet.sales.models import Order, Receipt
from conbillet.tickets.models import Ticket
from conbillet.workflows import purchase
from conbillet.workflows.journal import journal_rows
from conbillet.workflows.links import participant_link
from conbillet.workflows.money_back import money_back
from conbillet.workflows.provider_events import act_on
from conbillet.workflows.refund_preview import preview_refund
from conbillet.workflows.refunds import AlreadyRefunded, NothingReturned, refund_lines, refund_order
from tests.jobs import run_jobs
from tests.money.conftest import now, world  # noqa: F401
from tests.money.refunding import at_stripe, everything, owner, refund
from tests.plain_sums import differences

pytestmark = pytest.mark.django_db


def in_the_dashboard(shop, order, amount: int) -> None:
    """Somebody of the association gives money back in its own pages at Stripe."""
    client = stripe.StripeClient(shop.stripe.secret_key, base_addresses={"api": shop.stripe.url})
    client.v1.refunds.create(
        params={"payment_intent": shop.payment(order).provider_payment, "amount": amount},
        options={"stripe_account": shop.account.stripe_account},
    )
    shop.deliver()
    run_jobs()


def owed(order) -> int:
    return sum(LedgerEntry.objects.filter(about=order.reference, account="receivable").values_list("amount", flat=True))


class TestOutside:
    def test_what_went_back_whole_is_credited_and_the_tickets_are_worthless(self, shop):
        order = shop.paid(*everything(shop))
        in_the_dashboard(shop, order, order.amount)
        assert Ticket.objects.filter(voided_at=None).count() == 2 and owed(order) == order.amount
        mail.outbox.clear()
        with pytest.raises(RefundTooLarge):  # nobody has said that it was for these lines
            refund_order(order=order, reason="requested", actor=owner(shop), now=shop.now)
        assert preview_refund(order=order, lines=shop.lines(order, "ticket")).outside == order.amount
        note = refund_lines(
            order=order, lines=list(order.lines.all()), reason="requested", actor=owner(shop), now=shop.now, returned_already=True
        )
        run_jobs()
        order.refresh_from_db()
        assert (order.state, note.amount) == ("cancelled", -order.amount)
        assert not Ticket.objects.filter(voided_at=None).exists()
        assert at_stripe(shop) == [order.amount] and Refund.objects.count() == 1, "nothing was sent twice"
        assert owed(order) == 0 and outside_left(payment=shop.payment(order)) == 0
        assert len(mail.outbox) == 1 and f"{note.number}.pdf" in mail.outbox[0].attachments[0][0]
        assert shop.complaints() == differences() == []

    def test_only_the_rest_is_sent_when_some_has_gone_back(self, shop):
        order = shop.paid()
        in_the_dashboard(shop, order, 10000)
        refund(shop, order, returned_already=True)
        run_jobs()
        shop.deliver()
        run_jobs()
        assert sorted(at_stripe(shop)) == [10000, 30000]
        assert owed(order) == 0 and shop.payment(order).refunded_amount == 40000
        assert shop.complaints() == differences() == []

    def test_a_gift_made_there_is_not_taken_for_a_line_that_nobody_meant(self, shop):
        order = shop.paid(*everything(shop))
        in_the_dashboard(shop, order, 5000)
        refund(shop, order, "sleeping")  # 200 kr., and not said to have gone back
        run_jobs()
        assert sorted(at_stripe(shop)) == [5000, 20000] and owed(order) == 5000

    def test_it_counts_once(self, shop):
        order = shop.paid(*everything(shop))
        in_the_dashboard(shop, order, 20000)
        refund(shop, order, "sleeping", returned_already=True)
        with pytest.raises(NothingReturned):
            refund(shop, order, "merchandise", returned_already=True)
        assert Receipt.objects.filter(kind="credit_note").count() == 1
        assert at_stripe(shop) == [20000] and shop.complaints() == []

    def test_nothing_went_back_although_it_is_said(self, shop):
        order = shop.paid()
        with pytest.raises(NothingReturned):
            refund(shop, order, returned_already=True)
        assert Ticket.objects.filter(voided_at=None).exists() and not Refund.objects.exists()

    def test_money_that_the_bank_sends_back_is_owed_again(self, shop):
        order = shop.paid()
        in_the_dashboard(shop, order, 40000)
        refund(shop, order, returned_already=True)
        shop.stripe.set_refund(Refund.objects.get().provider_refund, "failed")
        shop.deliver()
        run_jobs()
        assert owed(order) == -40000 and outside_left(payment=shop.payment(order)) == 0
        assert shop.complaints() == []

    def test_the_journal_says_what_happened_with_the_credit_notes_number(self, shop):
        order = shop.paid()
        in_the_dashboard(shop, order, 40000)
        note = refund(shop, order, returned_already=True)
        begins, ends = shop.now.replace(year=shop.now.year - 1), shop.now.replace(year=shop.now.year + 1)
        rows = list(journal_rows(organization_id=order.organization_id, begins_at=begins, ends_at=ends))
        credited = [row for row in rows if "Stripe" in str(row[3])]
        assert credited and {row[1] for row in credited} == {note.number}


def test_a_dispute_after_a_part_went_back_and_a_refund_after_the_dispute(shop):
    order = shop.paid(*everything(shop))
    refund(shop, order, "sleeping")
    run_jobs()
    dispute = shop.stripe.dispute(shop.payment(order).provider_payment)
    shop.deliver()
    run_jobs()
    refund(shop, order, "merchandise")  # Stripe refuses: the bank has the money
    run_jobs()
    assert Refund.objects.filter(state="failed").count() == 1 and shop.complaints() == []
    shop.stripe.close_dispute(dispute["id"], "lost")
    shop.deliver(times=2, backwards=True)
    run_jobs()
    assert shop.complaints() == [] and shop.payment(order).refunded_amount == 20000


def test_a_line_that_went_back_does_not_go_back_with_the_rest(shop):
    order = shop.paid(*everything(shop))
    refund(shop, order, "sleeping")
    refund_order(order=order, reason="requested", actor=owner(shop), now=shop.now)
    run_jobs()
    assert sum(at_stripe(shop)) == order.amount and shop.complaints() == differences() == []
    with pytest.raises(AlreadyRefunded):
        refund_order(order=order, reason="requested", actor=owner(shop), now=shop.now)


def test_the_link_for_others_after_a_refund_shows_nothing_that_lets_in(shop):
    order = shop.order(Wish(shop.world.adult.pk, 2))
    shop.pay(order)
    shop.deliver()
    run_jobs()
    friend = order.participants.order_by("pk").last()
    link = "/" + participant_link(friend).split("://", 1)[1].split("/", 1)[1]
    assert "<svg" in Client().get(link).content.decode()
    refund_order(order=Order.objects.get(pk=order.pk), reason="requested", actor=owner(shop), now=shop.now)
    page = Client().get(link)
    assert page.status_code == 200 and "Ingen gyldig billet" in page.content.decode()


def test_late_money_of_a_cancelled_order_and_a_confirmation_that_comes_twice(shop):
    order = shop.order(Wish(shop.world.bed.pk, 1), Wish(shop.world.adult.pk, 1))
    shop.pay(order)
    cancel_order(order=order, reason="", actor=person_actor(shop.world.owner.pk), now=shop.now)
    taken = shop.order(Wish(shop.world.bed.pk, 2), Wish(shop.world.adult.pk, 2))  # the last two beds
    shop.deliver(times=3)
    run_jobs()
    payment = shop.payment(order)
    for _again in range(2):
        purchase.confirm_payment(
            payment_id=payment.pk, amount=order.amount, provider_payment=payment.provider_payment, provider_method="card", now=shop.now
        )
    run_jobs()
    shop.deliver()
    run_jobs()
    order.refresh_from_db()
    assert order.state == "cancelled" and at_stripe(shop) == [order.amount]
    assert Refund.objects.get().state == "succeeded" and not Ticket.objects.exists()
    assert shop.complaints() == differences() == [] and taken.state == "awaiting_payment"


@pytest.mark.parametrize(("status", "state", "left_out"), [
    ("warning_needs_response", "open", True), ("warning_closed", "won", False), ("prevented", "won", False),
    ("won", "won", False), ("lost", "lost", True),
])  # fmt: skip
def test_a_question_that_the_bank_has_closed_is_no_dispute_any_more(shop, status, state, left_out):
    order = shop.paid(Wish(shop.world.adult.pk, 1), Wish(shop.world.membership.pk, 1))
    payment = shop.payment(order)
    for news in ("warning_needs_response", status):
        finding = DisputeChanged(payment.pk, "dp_1", order.amount, "DKK", "fraudulent", news, shop.now)
        act_on(finding=finding, now=shop.now)
    assert Membership.objects.get().dispute_state == state
    found = money_back(event=order.event, dues=True, donations=True)
    assert [bool(one.why_not) for one in (*found.due, *found.left_out)] == [left_out]
    assert invariants.complaints() == []
