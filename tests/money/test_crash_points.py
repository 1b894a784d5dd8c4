"""A process killed before any of its statements: after the repeat that the queue or the buyer makes, all is well."""

from collections.abc import Callable

import pytest
from django.db import connection

from conbillet.payments.models import Attempt, ProviderEvent, Refund
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Receipt
from conbillet.workflows import purchase, refunds
from conbillet.workflows.provider_events import handle_provider_event
from conbillet.workflows.reconciliation import reconcile
from tests.money.test_reconciliation import LATER
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Not an Exception, as a killed process does not run anybody's `except Exception` either."""


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Run the work, killed before its statement of that number. False when it has fewer statements, and was done."""
    count = 0

    def kill(execute, sql, params, many, context):
        nonlocal count
        # Savepoints are the test's own: outside of a test they are the transaction itself.
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            count += 1
            if count == number:
                raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(kill):
            work()
    except Killed:
        return True
    return False


def test_paying(shop):
    order, killed = shop.order(), 0
    while killed_at(killed + 1, lambda: purchase.pay(order=order, now=shop.now)):
        killed += 1
        assert Attempt.objects.filter(state__in=["starting", "open"]).count() <= 1
    assert killed >= 5
    open_ = [row["id"] for row in shop.stripe.objects("checkout.session") if row["status"] == "open"]
    assert open_ == [Attempt.objects.get(state="open").session]


def test_confirming(shop):
    killed = 0
    while True:
        order = shop.order(Wish(shop.world.membership.pk, 1), Wish(shop.world.shirt.pk, 1, shop.world.sizes["M"].pk))
        shop.pay(order)
        shop.deliver()
        event = ProviderEvent.objects.get(handled_at=None)
        again = killed_at(killed + 1, lambda event=event: handle_provider_event(event=event.pk))
        if again:
            killed += 1
            order.refresh_from_db()
            assert order.state in (Order.State.PAID, Order.State.AWAITING_PAYMENT)
            handle_provider_event(event=event.pk)
        order.refresh_from_db()
        assert order.state == Order.State.PAID
        refunds.refund_order(order=order, reason="requested", actor=shop.world.actor(shop.world.owner), now=shop.now)
        if not again:
            break
    assert killed >= 12
    numbers = list(Receipt.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_refunding(shop):
    killed = 0
    while True:
        order = paid_order(shop.world, shop.now, Wish(shop.world.adult.pk, 1))
        work = {"order": order, "reason": "requested", "actor": shop.world.actor(shop.world.owner), "now": shop.now}
        again = killed_at(killed + 1, lambda work=work: refunds.refund_order(**work))
        if not again:
            break
        killed += 1
        order.refresh_from_db()
        assert order.state == Order.State.PAID and not order.lines.filter(reverses__isnull=False).exists()
        refunds.refund_order(**work)
    assert killed >= 15


def test_sending_a_refund(shop):
    killed = 0
    while True:
        order = shop.paid(Wish(shop.world.adult.pk, 1))
        refunds.refund_order(order=order, reason="requested", actor=shop.world.actor(shop.world.owner), now=shop.now)
        refund = Refund.objects.get(payment__about=order.reference)
        again = killed_at(killed + 1, lambda refund=refund: refunds.send(refund=refund.pk))
        if again:
            killed += 1
            refunds.send(refund=refund.pk)
        refund.refresh_from_db()
        assert refund.state == Refund.State.SUCCEEDED
        if not again:
            break
    assert killed >= 7
    assert len(shop.stripe.objects("refund")) == killed + 1


def test_reconciling(shop):
    order = shop.order()
    shop.pay(order)
    killed = 0
    while killed_at(killed + 1, lambda: reconcile(now=shop.now + LATER)):
        killed += 1
    reconcile(now=shop.now + 3 * LATER)
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    assert killed >= 6
    assert shop.complaints() == []
