"""The demo's data is consistent: whatever a page adds up, it agrees."""

from datetime import timedelta

import pytest
from django.db.models import Count, F, Sum

from conbillet.catalogue.models import Quota
from conbillet.core import clock
from conbillet.core.actor import SYSTEM
from conbillet.demo.seed import build as seed
from conbillet.demo.seed.build import build
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
    for quota in Quota.objects.all():
        live = HeldUnits.objects.filter(quota=quota, hold__ended_at__isnull=True).aggregate(n=Sum("quantity"))["n"] or 0
        sold = HeldUnits.objects.filter(quota=quota, hold__outcome="sold").aggregate(n=Sum("quantity"))["n"] or 0
        assert (quota.held, quota.sold) == (live, sold)
    sums = LedgerEntry.objects.values("transaction").annotate(total=Sum("amount")).exclude(total=0)
    assert not sums.exists()
    assert Payment.objects.filter(state="captured").exclude(captured_amount=F("amount")).count() == 0
    paid = OrderLine.objects.filter(order__state="paid", kind__in=TICKET_KINDS)
    assert paid.count() == Ticket.objects.count() > 100
    assert Membership.objects.count() == OrderLine.objects.filter(order__state="paid", kind="membership").count() > 10
    for row in Receipt.objects.values("organization").annotate(count=Count("id"), total=Sum("number")):
        assert row["total"] == row["count"] * (row["count"] + 1) // 2  # 1 … n, no gaps


def test_amounts_are_the_sum_of_their_lines(demo):
    for order in Order.objects.annotate(total=Sum("lines__amount")):
        assert order.amount == order.total


def test_the_fake_stripe_knows_the_charges(db, fake_stripe, settings):
    settings.CONBILLET_DEMO, settings.STRIPE_API_BASE = True, fake_stripe.url
    settings.STRIPE_SECRET_KEY = fake_stripe.secret_key
    seed.ensure_demo_data(lambda text: None, buyers=200)
    long_ago = clock.now() - timedelta(days=2000)
    for account in ConnectedAccount.objects.all():
        charges = gateway().charges(account=account.stripe_account, since=long_ago)
        assert invariants.charges_match(organization_id=account.organization_id, charges=charges) == []
    assert fake_stripe.events() == fake_stripe.events(type="account.updated")
    order = Order.objects.filter(state="paid", method="card", amount__gt=0, event__state="live").first()
    refunds.refund_order(order=order, reason="requested", actor=SYSTEM, now=clock.now())
    refunds.send(refund=Refund.objects.get().pk)
    assert Refund.objects.get().state == "succeeded"
