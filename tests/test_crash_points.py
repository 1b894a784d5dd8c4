"""A sweep over crash points: the process is killed at every statement of a purchase, and the next one carries on.

Each attempt runs in a child process that ends, like a kill -9, just before its n-th statement (commits included). Then
the step is tried again as a visitor or the job queue would. Whatever n was, the invariants hold and the order is paid
exactly once.
"""

import os

import pytest
from django.db import connection

from conbillet.core.actor import ANONYMOUS
from conbillet.sales.actions.add_to_cart import Wish, add_to_cart
from conbillet.sales.actions.place_order import AlreadyOrdered
from conbillet.sales.models import Cart, Order
from conbillet.tickets.models import Ticket
from conbillet.workflows import purchase
from conbillet.workflows.purchase import place_order

from . import invariants
from .purchases import ACCEPTED, details_for, order_of, pay_for

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = 9


class Killer:
    """Ends the process just before a statement or a commit, counted from one."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.at:
            os._exit(KILLED)

    def __call__(self, execute, sql, params, many, context):
        self.step()
        return execute(sql, params, many, context)


def killed_at(number: int, action) -> bool:
    """Run the action in a child that dies at that statement; True if it died, False if it came to its end first."""
    connection.close()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            killer = Killer(number)
            commit = connection._commit

            def commit_or_die():
                killer.step()
                return commit()

            connection._commit = commit_or_die
            with connection.execute_wrapper(killer):
                action()
            code = 0
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED), f"the child failed at statement {number}"
    return code == KILLED


def things(world):
    return [
        Wish(world.adult.pk, 2),
        Wish(world.membership.pk, 1),
        Wish(world.bed.pk, 1),
        Wish(world.shirt.pk, 1, world.sizes["M"].pk),
    ]


def sweep(prepare, action, retry) -> int:
    """Kill at statement 1, 2, 3 … until the action survives; after each death retry, and look at the invariants."""
    number = 1
    while True:
        subject = prepare()
        died = killed_at(number, lambda subject=subject: action(subject))
        if not died:
            return number
        retry(subject)
        assert invariants.broken() == [], f"killed at statement {number}"
        number += 1
        assert number < 200


def roomy(world):
    """Enough places for as many purchases as there are crash points."""
    for quota in (world.people, world.beds, world.shirt.product_quotas.first().quota):
        quota.size = 1000
        quota.save(update_fields=["size"])


def test_killed_while_filling_the_cart_nothing_is_half_done(world, now):
    roomy(world)

    def put(_subject=None):
        add_to_cart(event=world.event, cart=None, wishes=things(world), language="da", now=now)

    points = sweep(lambda: None, put, put)
    assert points >= 4


@pytest.mark.asvs("2.3.3", "16.5.3")
def test_killed_while_placing_the_order_it_can_be_placed_again(world, now):
    roomy(world)

    def cart():
        return add_to_cart(event=world.event, cart=None, wishes=things(world), language="da", now=now)

    def place(cart):
        try:
            place_order(
                cart=Cart.objects.get(pk=cart.pk),
                details=details_for(cart),
                accepted=ACCEPTED,
                actor=ANONYMOUS,
                now=now,
            )
        except AlreadyOrdered:
            return

    before = Order.objects.count()
    points = sweep(cart, place, place)
    assert points >= 5
    assert Order.objects.count() - before == points


def test_killed_while_confirming_the_webhook_comes_again_and_the_order_is_paid_once(world, now):
    roomy(world)

    def confirm(order):
        pay_for(order, now)

    points = sweep(lambda: order_of(world, now, *things(world)), confirm, confirm)
    assert points >= 8
    assert Ticket.objects.count() == 3 * points


def test_planted_a_confirmation_in_two_transactions_is_caught(world, now, monkeypatch):
    """The twin: without one transaction around it, some crash point leaves an order half paid for ever."""
    roomy(world)
    whole = purchase.confirm_payment.__wrapped__
    monkeypatch.setattr(purchase, "confirm_payment", whole)
    from conbillet.payments.models import Payment

    def confirm(order):
        payment = Payment.objects.get(about=order.reference)
        from django.db import transaction

        captured = purchase.capture_payment

        def capture_and_commit(**arguments):
            done = captured(**arguments)
            transaction.commit()
            return done

        with monkeypatch.context() as patch:
            patch.setattr(purchase, "capture_payment", capture_and_commit)
            transaction.set_autocommit(False)
            try:
                whole(
                    payment_id=payment.pk,
                    amount=order.amount,
                    provider_payment=f"pi_{order.reference}",
                    provider_method="card",
                    now=now,
                )
                transaction.commit()
            finally:
                transaction.rollback()
                transaction.set_autocommit(True)

    found = []
    for number in range(1, 60):
        order = order_of(world, now, *things(world))
        died = killed_at(number, lambda order=order: confirm(order))
        found += invariants.broken()
        if not died or found:
            break
    assert found, "the planted bug went unseen"
