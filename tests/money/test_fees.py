"""Stripe's fee and the platform's stand in the ledger, once, as soon as Stripe names them."""

from datetime import timedelta

import pytest

from conbillet.payments import ledger
from conbillet.payments.actions.compare_charges import compare_charges
from conbillet.payments.gateway import gateway
from conbillet.payments.models import LedgerEntry, Payment
from conbillet.sales.models import Order, OrderLine
from conbillet.workflows import provider_events, purchase
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db

# The fake's price: 1.5 % and 1.80 kr. of 400 kr.
FEE = 600 + 180


def booked(account: str) -> int:
    return sum(LedgerEntry.objects.filter(account=account).values_list("amount", flat=True))


def test_stripes_fee_is_booked_with_the_payment(shop):
    shop.paid()
    assert booked("provider_fee") == FEE and booked("provider") == 40000 - FEE
    assert shop.complaints() == []


def test_an_application_fee_goes_to_the_platform(shop):
    order = shop.order()
    OrderLine.objects.create(
        organization_id=order.organization_id, order=order, position=2, kind=purchase.PLATFORM_FEE, text="Gebyr",
        amount=500, vat_code="outside_scope", added_at=shop.now,
    )  # fmt: skip
    Order.objects.filter(pk=order.pk).update(amount=40500)
    Payment.objects.filter(about=order.reference).update(amount=40500)
    order.refresh_from_db()
    shop.pay(order)
    shop.deliver()
    run_jobs()
    assert Order.objects.get(pk=order.pk).state == "paid"
    assert booked("platform_fee") == 0  # the buyer paid it, and Stripe has handed it on
    assert booked("provider") == 40500 - booked("provider_fee") - 500 and booked("sales") == -40000
    assert shop.complaints() == []


def test_none_without_such_a_line(shop, monkeypatch):
    asked = {}
    real = purchase.start_checkout
    monkeypatch.setattr(purchase, "start_checkout", lambda **said: asked.update(said) or real(**said))
    shop.checkout(shop.order())
    assert asked["application_fee"] == 0


def test_fees_that_were_not_known_yet_are_booked_by_the_reconciler_once(shop, monkeypatch):
    real = provider_events.confirm_payment
    monkeypatch.setattr(provider_events, "confirm_payment", lambda **said: real(**{**said, "fees": None}))
    shop.paid()
    assert booked("provider_fee") == 0 and shop.complaints() == []
    for _run in range(2):
        compare_charges(account=shop.account, since=shop.now - timedelta(hours=1), now=shop.now)
    assert booked("provider_fee") == FEE and shop.complaints() == []


def test_planted_fees_with_a_key_of_their_own_each_time_are_booked_twice(shop, monkeypatch):
    order = shop.paid()
    payment = shop.payment(order)
    view = next(iter(gateway().charges(account=shop.account.stripe_account, since=shop.now - timedelta(hours=1))), None)
    fees = view.fees if view else None
    ledger.book_fees(payment=payment, fees=fees, now=shop.now)
    assert booked("provider_fee") == FEE
    monkeypatch.setattr(ledger, "fees_key", lambda payment: f"fees:{payment.reference}:again")
    ledger.book_fees(payment=payment, fees=fees, now=shop.now)
    assert booked("provider_fee") == 2 * FEE
