"""Refunds at the same time: whoever comes second is told, and no money goes back twice."""

import threading

import pytest
from django.db import connection

from conbillet.core.actor import SYSTEM
from conbillet.payments.actions.request_refund import RefundTooLarge, request_refund
from conbillet.payments.models import Payment, Refund
from conbillet.sales.models import Order
from conbillet.workflows import refunds
from conbillet.workflows.refunds import (
    refund_order,
)
from tests.jobs import run_jobs

from .refunding import at_stripe, everything, owner

pytestmark = pytest.mark.django_db


def race(shop, work) -> list:
    """The same work on two threads at once; returns what each raised, or None."""
    gate, results = threading.Barrier(2), []

    def run():
        try:
            gate.wait()
            work()
            results.append(None)
        except Exception as problem:
            results.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_at_once_refund_the_same_order(shop):
    order = shop.paid(*everything(shop))
    results = race(shop, lambda: refund_order(order=order, reason="requested", actor=owner(shop), now=shop.now))
    assert sorted(type(result).__name__ for result in results) == ["AlreadyRefunded", "NoneType"]
    run_jobs()
    assert at_stripe(shop) == [order.amount]
    assert shop.complaints() == []


def over_refund(shop) -> list:
    payment = shop.payment(shop.paid())
    details = {"reason": "requested", "about": "x", "actor": SYSTEM, "now": shop.now, "split": {"sales": 30000}}
    return race(shop, lambda: request_refund(payment=payment, amount=30000, **details))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_refund_more_than_there_is(shop):
    results = over_refund(shop)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "RefundTooLarge"]
    run_jobs()
    assert at_stripe(shop) == [30000]
    assert shop.complaints() == []


@pytest.mark.django_db(transaction=True)
def test_planted_a_check_before_the_update_refunds_twice(shop, monkeypatch):
    """The one conditional update replaced by a look and then a write: I3 breaks, and the invariant says so."""
    from conbillet.payments.actions import request_refund as verb

    looked = threading.Barrier(2)

    def look_then_write(payment, amount, reason, about, actor, now):
        row = Payment.objects.get(pk=payment.pk)
        if row.refunded_amount + amount > row.captured_amount:
            raise RefundTooLarge
        looked.wait(10)
        Payment.objects.filter(pk=payment.pk).update(refunded_amount=row.refunded_amount + amount)
        return Refund.objects.create(
            organization_id=payment.organization_id,
            payment=payment,
            about=about,
            amount=amount,
            reason=reason,
            requested_at=now,
        )

    monkeypatch.setattr(verb, "_take_and_record", look_then_write)
    assert over_refund(shop) == [None, None]
    assert any("its refunds ask for 60000" in complaint for complaint in shop.complaints())


@pytest.mark.django_db(transaction=True)
def test_planted_without_the_locks_two_refunds_collide_in_the_database(shop, monkeypatch):
    """Both see the lines unreversed; the unique reversal then refuses the second one, unpleasantly but safely."""
    order = shop.paid(*everything(shop))
    seen = threading.Barrier(2)
    monkeypatch.setattr(refunds, "lock_order", lambda reference: (Order.objects.get(reference=reference), None))

    class Unlocked:
        def select_for_update(self):
            return Payment._default_manager

    class UnlockedPayment:
        objects, State = Unlocked(), Payment.State

    void_ticket = refunds.void_ticket

    def wait_and_void(**arguments):
        seen.wait(10)
        return void_ticket(**arguments)

    monkeypatch.setattr(refunds, "Payment", UnlockedPayment)
    monkeypatch.setattr(refunds, "void_ticket", wait_and_void)
    results = race(shop, lambda: refund_order(order=order, reason="requested", actor=owner(shop), now=shop.now))
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "NoneType"]
    assert Refund.objects.count() == 1
