"""Two payments with memberships are confirmed at the same moment, by two workers."""

import threading
from contextlib import suppress

import pytest
from django.db import connections

from conbillet.memberships.actions import grant_membership as granting
from conbillet.memberships.models import Member, Membership
from conbillet.sales.actions.add_to_cart import Wish
from tests.purchases import ADA, BO, order_of, pay_for

pytestmark = pytest.mark.django_db(transaction=True)


def confirm_together(now, *orders) -> list[Exception]:
    start, wrong = threading.Barrier(len(orders)), []

    def confirm(order):
        try:
            start.wait(10)
            pay_for(order, now)
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return wrong


@pytest.fixture
def both_have_looked(monkeypatch):
    """Each confirmation has looked for the member before either goes on, where they can."""
    meeting, find = threading.Barrier(2), granting._find

    def looked(*arguments):
        found = find(*arguments)
        with suppress(threading.BrokenBarrierError):
            meeting.wait(1)
        return found

    monkeypatch.setattr(granting, "_find", looked)


def test_one_person_is_in_the_register_once(world, now, both_have_looked):
    wishes = (Wish(world.membership.pk, 1),)  # it takes from no quota, at which they would meet before
    orders = [order_of(world, now, *wishes, people=(ADA,)) for _ in range(2)]
    assert confirm_together(now, *orders) == []
    assert Member.objects.count() == 1 and Membership.objects.count() == 2


def test_two_families_in_both_orders_do_not_wait_for_each_other_for_ever(world, now, both_have_looked):
    wishes = (Wish(world.membership.pk, 2),)
    first = order_of(world, now, *wishes, people=(ADA, BO))
    pay_for(first, now)
    orders = [order_of(world, now, *wishes, people=people) for people in ((ADA, BO), (BO, ADA))]
    assert confirm_together(now, *orders) == []
    assert Member.objects.count() == 2
