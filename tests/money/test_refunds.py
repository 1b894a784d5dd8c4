"""Refunds of lines and orders: to the øre, once, whatever Stripe answers; never more than was captured (I3)."""

from dataclasses import replace
from datetime import date

import pytest
from django.core import mail

from conbillet.core.actor import SYSTEM
from conbillet.memberships.models import Membership
from conbillet.payments.actions.request_refund import RefundTooLarge, repeat_refund, request_refund
from conbillet.payments.gateway import ProviderUnknown
from conbillet.payments.models import LedgerEntry, Payment, Refund
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.figures import event_money
from conbillet.sales.models import Order, Receipt
from conbillet.tickets.models import CheckIn, HandOut, Ticket
from conbillet.workflows.purchase import confirm_payment
from conbillet.workflows.refunds import (
    AlreadyRefunded,
    AlreadyUsed,
    CannotRefund,
    NotPaid,
    refund_order,
)
from tests.jobs import run_jobs
from tests.purchases import ADA, paid_order

from .refunding import at_stripe, everything, owner, refund

pytestmark = pytest.mark.django_db


def test_one_line_goes_back(shop):
    order = shop.paid(*everything(shop))
    mail.outbox.clear()
    (line,) = shop.lines(order, "sleeping")
    credit_note = refund(shop, order, "sleeping")
    assert (credit_note.kind, credit_note.amount, credit_note.number) == (Receipt.Kind.CREDIT_NOTE, -20000, 2)
    reversal = credit_note.lines.get()
    assert (reversal.reverses_id, reversal.amount, reversal.vat_amount) == (line.pk, -line.amount, -line.vat_amount)
    ticket = Ticket.objects.get(line=line)
    assert (ticket.voided_at, ticket.void_reason) == (shop.now, "refunded")
    assert Ticket.objects.filter(voided_at=None).count() == 1
    shop.world.beds.refresh_from_db()
    assert shop.world.beds.sold == 0
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    assert at_stripe(shop) == []  # nothing is sent inside the transaction

    run_jobs()
    assert at_stripe(shop) == [20000]
    row = Refund.objects.get()
    assert (row.state, row.requested_by, row.payment.refunded_amount) == ("succeeded", shop.world.owner, 20000)
    assert [message.to for message in mail.outbox] == [["ada@example.com"]]
    assert "200,00 kr." in mail.outbox[0].body
    shop.deliver(times=2)
    run_jobs()
    assert shop.complaints() == [] and len(mail.outbox) == 1


def test_a_whole_order_goes_back_and_is_cancelled(shop):
    order = shop.paid(*everything(shop))
    refund_order(order=order, reason="withdrawal", actor=owner(shop), now=shop.now, note="Fortrudt")
    run_jobs()
    order.refresh_from_db()
    assert (order.state, order.cancellation.reason) == (Order.State.CANCELLED, "Fortrudt")
    assert at_stripe(shop) == [order.amount]
    membership = Membership.objects.get()
    assert (membership.refunded_amount, membership.ended_at) == (7500, shop.now)
    balance = {}
    for account, amount in LedgerEntry.objects.values_list("account", "amount"):
        balance[account] = balance.get(account, 0) + amount
    fee = balance.pop("provider_fee")  # Stripe keeps its fee when money goes back
    assert fee > 0 and balance.pop("provider") == -fee
    assert set(balance.values()) == {0}
    shop.world.people.refresh_from_db()
    assert shop.world.people.sold == 0
    assert shop.complaints() == []
    with pytest.raises(AlreadyRefunded):
        refund_order(order=order, reason="withdrawal", actor=owner(shop), now=shop.now)


def test_line_by_line_until_nothing_is_left(shop):
    order = shop.paid(*everything(shop))
    for kind in ("ticket", "membership", "sleeping", "merchandise"):
        refund(shop, order, kind)
    run_jobs()
    order.refresh_from_db()
    assert order.state == Order.State.CANCELLED
    assert sum(at_stripe(shop)) == order.amount
    assert [receipt.number for receipt in Receipt.objects.order_by("id")] == [1, 2, 3, 4, 5]
    assert shop.complaints() == []


def test_vat_goes_back_to_the_oere(shop):
    shop.world.organization.vat_status = "registered"
    shop.world.organization.save()
    shop.world.shirt.vat_code = "standard_25"
    shop.world.shirt.save()
    order = shop.paid(*everything(shop))
    refund(shop, order, "merchandise")
    run_jobs()
    vat = list(LedgerEntry.objects.filter(account="vat").order_by("id").values_list("amount", flat=True))
    assert vat == [-3000, 3000]
    assert shop.complaints() == []


def test_refused_without_a_trace(shop):
    order = shop.paid(*everything(shop))
    lines, receipts = order.lines.count(), Receipt.objects.count()
    refund(shop, order, "sleeping")
    other = paid_order(shop.world, shop.now, Wish(shop.world.adult.pk, 1))
    attempts = [
        (AlreadyRefunded, {"lines": shop.lines(order, "sleeping")}),
        (AlreadyRefunded, {"lines": [*shop.lines(order, "ticket"), *shop.lines(order, "sleeping")]}),
        (CannotRefund, {"lines": []}),
        (CannotRefund, {"lines": list(other.lines.all())}),
        (CannotRefund, {"lines": list(order.lines.filter(reverses__isnull=False))}),
    ]
    for refusal, details in attempts:
        with pytest.raises(refusal):
            refund(shop, order, **details)
    assert (order.lines.count(), Receipt.objects.filter(order=order).count()) == (lines + 1, receipts + 1)
    assert Refund.objects.count() == 1


def test_an_unpaid_order_is_not_refunded(shop):
    order = shop.order()
    with pytest.raises(NotPaid):
        refund(shop, order)


@pytest.mark.parametrize("how", ["checked_in", "handed_out"])
def test_what_was_used_goes_back_only_when_said_so(shop, how):
    order = shop.paid(*everything(shop))
    kind = "ticket" if how == "checked_in" else "merchandise"
    (line,) = shop.lines(order, kind)
    if how == "checked_in":
        CheckIn.objects.create(organization=order.organization, ticket=line.ticket, event=order.event, at=shop.now)
    else:
        HandOut.objects.create(organization=order.organization, line=line, at=shop.now)
    with pytest.raises(AlreadyUsed):
        refund(shop, order, kind)
    assert not Refund.objects.exists()
    refund(shop, order, kind, even_if_used=True)
    run_jobs()
    assert at_stripe(shop) == [line.amount]


def test_an_undone_check_in_is_no_use(shop):
    order = shop.paid()
    (line,) = shop.lines(order, "ticket")
    CheckIn.objects.create(
        organization=order.organization,
        ticket=line.ticket,
        event=order.event,
        at=shop.now,
        undone_at=shop.now,
        undo_reason="forkert",
    )
    assert refund(shop, order)


def test_a_free_line_is_reversed_without_money(shop):
    wishes = (Wish(shop.world.adult.pk, 1), Wish(shop.world.child.pk, 1))
    child = replace(ADA, name="Cia Lund", birth_date=date(2022, 5, 1))
    order = shop.paid(*wishes, people=(ADA, child))
    free = [line for line in shop.lines(order, "ticket") if line.amount == 0]
    credit_note = refund(shop, order, lines=free)
    assert credit_note.amount == 0 and not Refund.objects.exists()
    assert Ticket.objects.get(line__in=free).voided_at


def test_money_that_came_by_transfer_goes_back_by_hand(shop):
    shop.world.event.allow_transfer = True
    order = shop.order()
    order.method = "transfer"
    order.save()
    payment = shop.payment(order)
    Payment.objects.filter(pk=payment.pk).update(method="transfer")
    confirm_payment(payment_id=payment.pk, amount=order.amount, provider_payment="", provider_method="", now=shop.now)
    order.refresh_from_db()
    refund(shop, order)
    run_jobs()
    assert Refund.objects.get().state == "succeeded" and at_stripe(shop) == []
    bank = list(LedgerEntry.objects.filter(account="bank").order_by("id").values_list("amount", flat=True))
    assert bank == [40000, -40000]


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("fault", ["error_500_before", "error_500_after", "refuse_connection"])
def test_stripe_fails_and_the_money_goes_back_once(shop, fault, stored):
    order = shop.paid()
    refund(shop, order)
    shop.stripe.fault(fault, path="/v1/refunds", method="POST", stored=stored)
    try:
        run_jobs()
    except ProviderUnknown:
        assert Refund.objects.get().state == "requested"
        run_jobs()
    assert at_stripe(shop) == [40000]
    assert Refund.objects.get().state == "succeeded"
    assert shop.complaints() == []


def test_a_timeout_after_the_money_went_back(shop, settings):
    order = shop.paid()
    refund(shop, order)
    settings.STRIPE_TIMEOUT_SECONDS = 0.5
    shop.stripe.fault("timeout_after", path="/v1/refunds", method="POST", seconds=2)
    run_jobs()
    assert at_stripe(shop) == [40000] and Refund.objects.get().state == "succeeded"


def test_stripe_refuses_and_the_amount_is_free_again(shop):
    order = shop.paid()
    shop.stripe.dispute(shop.payment(order).provider_payment)
    refund(shop, order)
    run_jobs()
    row = Refund.objects.get()
    assert (row.state, row.failure, row.payment.refunded_amount) == ("failed", "charge_disputed", 0)
    owed = sum(LedgerEntry.objects.filter(account="receivable").values_list("amount", flat=True))
    assert owed == -40000  # the association still owes it to the buyer
    dispute = shop.stripe.objects("dispute")[0]
    shop.stripe.close_dispute(dispute["id"], "won")
    again = repeat_refund(refund=row, actor=owner(shop), now=shop.now)
    assert (again.amount, again.about) == (row.amount, row.about)
    shop.deliver()
    with pytest.raises(ValueError, match="failed"):
        repeat_refund(refund=again, actor=owner(shop), now=shop.now)


def test_the_bank_sends_the_money_back_days_later(shop):
    order = shop.paid()
    refund(shop, order)
    run_jobs()
    shop.stripe.set_refund(Refund.objects.get().provider_refund, "failed")
    shop.deliver(times=2, backwards=True)
    run_jobs()
    row = Refund.objects.get()
    assert (row.state, row.failure, row.payment.refunded_amount) == ("failed", "expired_or_canceled_card", 0)
    assert shop.complaints() == []
    again = repeat_refund(refund=row, actor=owner(shop), now=shop.now)
    run_jobs()
    again.refresh_from_db()
    assert again.state == "succeeded"
    assert shop.complaints() == []


def test_never_more_than_was_captured(shop):
    order = shop.paid()
    payment = shop.payment(order)
    details = {"reason": "requested", "about": "x", "actor": SYSTEM, "now": shop.now}
    request_refund(payment=payment, amount=30000, split={"sales": 30000}, **details)
    with pytest.raises(RefundTooLarge):
        request_refund(payment=payment, amount=10001, split={"sales": 10001}, **details)
    request_refund(payment=payment, amount=10000, split={"sales": 10000}, **details)
    with pytest.raises(RefundTooLarge):
        request_refund(payment=payment, amount=1, split={"sales": 1}, **details)
    run_jobs()
    assert sorted(at_stripe(shop)) == [10000, 30000]
    assert shop.complaints() == []


def test_totals_for_the_dashboard(shop, django_assert_num_queries):
    order = shop.paid(*everything(shop))
    shop.paid(Wish(shop.world.day.pk, 1))
    refund(shop, order, "sleeping")
    run_jobs()
    refund(shop, order, "merchandise")
    with django_assert_num_queries(3):
        totals = event_money(event=shop.world.event)
    assert (totals.captured, totals.card, totals.transfer) == (order.amount + 14000,) * 2 + (0,)
    assert (totals.refunded, totals.refunding, totals.disputed, totals.fees) == (20000, 15000, 0, 0)
    assert totals.kept == order.amount + 14000 - 35000


@pytest.mark.parametrize("kind", ["ticket", "membership", "merchandise"])
def test_the_office_refunds_as_its_own_database_role(shop, kind):
    """Office pages run confined to their association; a refund needs nothing beyond that."""
    from django.db import transaction

    from conbillet.core.tenancy import acting_for

    order = shop.paid(*everything(shop))
    with transaction.atomic(), acting_for(order.organization_id):
        refund(shop, order, kind)
    run_jobs()
    assert Refund.objects.get().state == "succeeded"
    order = shop.paid(Wish(shop.world.day.pk, 1))
    Payment.objects.filter(about=order.reference).update(method="transfer")
    with transaction.atomic(), acting_for(order.organization_id):
        refund_order(order=order, reason="requested", actor=owner(shop), now=shop.now)
    assert shop.payment(order).refunded_amount == order.amount


def test_another_associations_office_cannot_refund(shop):
    from django.db import transaction

    from conbillet.core.tenancy import acting_for

    order = shop.paid()
    lines = shop.lines(order, "ticket")
    with pytest.raises(Order.DoesNotExist), transaction.atomic(), acting_for(shop.world.other.pk):
        refund(shop, order, lines=lines)
    assert not Refund.objects.exists()


def test_receipts_show_their_lines_to_their_own_office_only(shop):
    from django.db import DatabaseError, transaction

    from conbillet.core.tenancy import acting_for

    shop.paid()
    links = Receipt.lines.through.objects
    (link,) = links.all()
    with transaction.atomic(), acting_for(shop.world.organization.pk):
        assert links.count() == 1
    with transaction.atomic(), acting_for(shop.world.other.pk):
        assert links.count() == 0
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_for(shop.world.other.pk),
    ):
        links.create(receipt_id=link.receipt_id, orderline_id=link.orderline_id)
