"""Which rows are somebody's: by person, by proven address where there is no person, and never somebody else's."""

import pytest
from django.db.models import Q

from conbillet.accounts.models import Person
from conbillet.core.data_map import data_map
from conbillet.privacy.reach import Subject, guest, reached, rows_of, subject_of
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db


def tables_with_rows(subject: Subject) -> set[str]:
    return {table.name for table, rows in reached(subject) if rows.exists()}


def test_every_path_of_the_map_can_be_walked(world):
    nobody = Subject(frozenset(), frozenset())
    walked = {table.name for table, rows in reached(nobody) if not rows.exists()}
    with_people = {t.name for t in data_map.load().tables.values() if t.subject or t.email}
    assert with_people - walked == {"django_session", "consents_consentreceipt"}


def test_a_person_reaches_their_account_and_orders(world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    found = tables_with_rows(guest(order.buyer_email))
    assert {"sales_order", "sales_orderline", "sales_participant"} <= found
    assert "accounts_person" in tables_with_rows(subject_of(world.buyer))


def test_a_row_of_somebody_is_not_anybody_elses_by_its_address(world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    other = Person.objects.exclude(pk=world.buyer.pk).first()
    Order.objects.filter(pk=order.pk).update(buyer=other)
    table = data_map.load().tables["sales_order"]
    assert not rows_of(table, Subject(frozenset(), frozenset({order.buyer_email.lower()}))).exists()
    assert rows_of(table, Subject(frozenset({other.pk}), frozenset())).get() == order


def test_planted_an_address_that_outranks_the_person_would_be_caught(world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    Order.objects.filter(pk=order.pk).update(buyer=world.buyer)
    assert Order.objects.filter(Q(buyer_email__iexact=order.buyer_email)).exists()  # what a plain look-up would find
    table = data_map.load().tables["sales_order"]
    assert not rows_of(table, Subject(frozenset(), frozenset({order.buyer_email.lower()}))).exists()
