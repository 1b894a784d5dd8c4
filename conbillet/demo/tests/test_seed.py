"""The demo's data is consistent: whatever a page adds up, it agrees."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Count, F, Sum

from conbillet.accounts.models import Account
from conbillet.catalogue.models import Quota
from conbillet.catalogue.offer import offer_of
from conbillet.catalogue.rules import fits_age
from conbillet.core import clock
from conbillet.demo.seed import build as seed
from conbillet.demo.seed.build import REFUNDS, build
from conbillet.demo.seed.people import BUYER
from conbillet.memberships.models import Membership
from conbillet.payments import invariants
from conbillet.payments.gateway import gateway
from conbillet.payments.models import ConnectedAccount, LedgerEntry, Payment, Refund
from conbillet.sales.models import HeldUnits, Order, OrderLine, Receipt
from conbillet.tickets.actions.issue_tickets import TICKET_KINDS
from conbillet.tickets.models import Ticket
from conbillet.workflows import refunds


@pytest.fixture
def demo(db):
    build(clock.now(), buyers=200, say=lambda text: None)


def test_orders_in_every_state_and_nothing_contradicts(demo):
    assert set(Order.objects.values_list("state", flat=True)) == set(Order.State.values)
    paid_by = set(Payment.objects.filter(state="captured", amount__gt=0).values_list("method", "provider_method"))
    assert paid_by == {("card", "card"), ("card", "mobilepay"), ("transfer", "transfer")}
    given_back = Counter(
        quota
        for line in OrderLine.objects.filter(reversal__isnull=False).select_related("order__event")
        for quota in offer_of(line.order.event).quotas_of(line.product_id, line.variant_id)
    )
    for quota in Quota.objects.all():
        live = HeldUnits.objects.filter(quota=quota, hold__ended_at__isnull=True).aggregate(n=Sum("quantity"))["n"] or 0
        sold = HeldUnits.objects.filter(quota=quota, hold__outcome="sold").aggregate(n=Sum("quantity"))["n"] or 0
        assert (quota.held, quota.sold) == (live, sold - given_back[quota.pk])
    sums = LedgerEntry.objects.values("transaction").annotate(total=Sum("amount")).exclude(total=0)
    assert not sums.exists()
    assert Payment.objects.filter(state="captured").exclude(captured_amount=F("amount")).count() == 0
    stand = OrderLine.objects.filter(order__state="paid", reverses=None, reversal=None)
    assert stand.filter(kind__in=TICKET_KINDS).count() == Ticket.objects.filter(voided_at=None).count() > 100
    assert Membership.objects.filter(ended_at=None).count() == stand.filter(kind="membership").count() > 10
    notes = Receipt.objects.filter(kind="credit_note")
    assert notes.count() == Refund.objects.filter(state="requested").count() == REFUNDS
    assert {"paid", "cancelled"} == set(notes.values_list("order__state", flat=True))  # a line, and all of it
    for row in Receipt.objects.values("organization").annotate(count=Count("id"), total=Sum("number")):
        assert row["total"] == row["count"] * (row["count"] + 1) // 2  # 1 … n, no gaps


def test_amounts_are_the_sum_of_their_lines(demo):
    for order in Order.objects.filter(lines__reverses=None).annotate(total=Sum("lines__amount")):
        assert order.amount == order.total


def test_the_fake_stripe_knows_the_charges(db, fake_stripe, settings):
    settings.CONBILLET_DEMO, settings.STRIPE_API_BASE = True, fake_stripe.url
    settings.STRIPE_SECRET_KEY = fake_stripe.secret_key
    seed.ensure_demo_data(lambda text: None, buyers=200)
    long_ago = clock.now() - timedelta(days=2000)
    for refund in Refund.objects.all():
        refunds.send(refund=refund.pk)
    assert set(Refund.objects.values_list("state", flat=True)) == {"succeeded"}
    for account in ConnectedAccount.objects.all():
        charges = gateway().charges(account=account.stripe_account, since=long_ago)
        assert invariants.charges_match(organization_id=account.organization_id, charges=charges) == []
    kinds = {event["type"] for event in fake_stripe.events()}
    assert "charge.dispute.created" in kinds and "payment_intent.succeeded" not in kinds  # the past is told of by nobody


def test_who_signs_in_as_a_buyer_finds_tickets_orders_and_memberships(demo):
    account = Account.objects.get(email=BUYER)
    orders = Order.objects.filter(buyer=account.person).select_related("event")
    assert sorted(order.event.state for order in orders) == ["closed", "live"]
    for order in orders:
        assert order.receipts.get().buyer_name == order.buyer_name == account.person.name
        tickets = Ticket.objects.filter(line__order=order, participant__person=account.person, admits=True)
        assert tickets.exists() and all(
            fits_age(t.line.product, t.participant.birth_date, order.event) for t in tickets
        )
    assert Membership.objects.filter(member__person=account.person).count() == 2
    assert Membership.objects.filter(member__person=account.person).exclude(payer_name=account.person.name).count() == 0
