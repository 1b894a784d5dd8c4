"""The door's numbers come from sums: right whatever happened, and as cheap for many tickets as for few."""

import pytest
from django.db import connection

from conbillet.core.actor import SYSTEM
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.fold_figures import fold_figures
from conbillet.tickets import queries
from conbillet.tickets.actions.fold_check_ins import fold_check_ins
from conbillet.tickets.actions.void_ticket import void_ticket
from conbillet.tickets.models import CheckIn, Ticket
from tests.plain_sums import plainly_at_the_door
from tests.purchases import ADA, BO, order_of, pay_for

pytestmark = pytest.mark.django_db


def sell(world, now, times: int = 1) -> None:
    for _ in range(times):
        pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(ADA, BO)), now)


def let_in(world, ticket: Ticket, now) -> CheckIn:
    return CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=now)


@pytest.mark.parametrize("folded", [False, True])
def test_they_are_the_plain_ones(world, now, folded):
    sell(world, now, 3)
    tickets = list(Ticket.objects.order_by("pk"))
    for ticket in tickets[:4]:
        let_in(world, ticket, now)
    if folded:
        assert fold_figures() and fold_check_ins() == 4
    CheckIn.objects.filter(ticket=tickets[0]).update(undone_at=now)
    found = queries.by_product(event=world.event)
    assert found == plainly_at_the_door(world.event) and (found[0].tickets, found[0].inside) == (6, 3)
    assert queries.people_inside(event=world.event) == 3


def test_a_ticket_that_was_voided_with_its_person_is_not_one_that_holds(world, now):
    sell(world, now, 2)
    fold_figures()
    line = Ticket.objects.order_by("pk").first().line
    void_ticket(lines=[line], reason="erased", actor=SYSTEM, now=now)
    found = queries.by_product(event=world.event)
    assert found[0].tickets == 3 and found == plainly_at_the_door(world.event)


def rows_read(world) -> int:
    """Rows of tickets, check-ins and sums that the statement looked at. What `sales` reads is that of its figures."""
    values = {"events": [world.event.pk], "event": world.event.pk, "organization": world.organization.pk}
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin"):  # the tables of a test are small
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + queries._BY_PRODUCT, values)
        (plan,) = cursor.fetchone()
    found, waiting = 0, [plan[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if node.get("Relation Name", "").startswith(("tickets_", "sales_soldonday")):
            found += int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
    return found


def everybody_comes(world, now) -> None:
    for ticket in Ticket.objects.filter(check_ins=None):
        let_in(world, ticket, now)


def test_what_is_read_does_not_grow_with_the_tickets(world, now):
    sell(world, now)
    everybody_comes(world, now)
    fold_figures()
    fold_check_ins()
    few = rows_read(world)
    sell(world, now, 4)
    everybody_comes(world, now)
    grown = rows_read(world)
    fold_figures()
    fold_check_ins()
    assert queries.by_product(event=world.event)[0].inside == 10
    assert rows_read(world) <= few < grown, "unfolded rows are read one by one: the planted twin"
