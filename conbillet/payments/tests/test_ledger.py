"""The ledger sums to zero (I2), whatever is booked and by whatever way; the same happening is booked once."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conbillet.payments import invariants
from conbillet.payments.ledger import Unbalanced, book
from conbillet.payments.models import LedgerAccount, LedgerEntry
from tests.cast import make_organization

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ACCOUNTS = st.sampled_from([account.value for account in LedgerAccount])


def booked() -> list[tuple[str, int]]:
    return list(LedgerEntry.objects.order_by("id").values_list("account", "amount"))


def put(world, sides, key="test:1"):
    book(organization_id=world.organization.pk, key=key, about="ORDER1", payment=None, sides=sides, now=NOW)


def test_a_transaction_is_booked_in_one_statement(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        put(world, {"provider": 10000, "sales": -8000, "vat": -2000})
    assert booked() == [("provider", 10000), ("sales", -8000), ("vat", -2000)]
    assert invariants.ledger_sums_to_zero() == []


def test_the_same_happening_is_booked_once(world):
    put(world, {"provider": 10000, "sales": -10000})
    put(world, {"provider": 10000, "sales": -10000})
    assert len(booked()) == 2


def test_sides_that_do_not_sum_to_zero_are_refused(world):
    with pytest.raises(Unbalanced):
        put(world, {"provider": 10000, "sales": -9999})
    assert booked() == []


def test_nothing_is_booked_for_nothing(world):
    put(world, {"provider": 0, "sales": 0})
    assert booked() == []


def unbalanced_row(world, **changes) -> LedgerEntry:
    from uuid import uuid4

    values = {"account": "sales", "amount": 5, "about": "ORDER1", "key": "planted", "transaction": uuid4()}
    return LedgerEntry(organization=world.organization, posted_at=NOW, **{**values, **changes})


def test_planted_without_our_own_check_the_database_still_refuses(world):
    with pytest.raises(IntegrityError, match="does not sum to zero"), transaction.atomic():
        LedgerEntry.objects.bulk_create([unbalanced_row(world)])
    assert booked() == []


def test_the_database_sums_per_currency(world):
    one = unbalanced_row(world)
    other = unbalanced_row(world, account="bank", amount=-5, currency="EUR", transaction=one.transaction)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.bulk_create([one, other])


def test_a_second_booking_that_differs_cannot_half_happen(world):
    put(world, {"provider": 10000, "sales": -10000})
    with pytest.raises(IntegrityError), transaction.atomic():
        put(world, {"provider": 10000, "sales": -8000, "vat": -2000})
    assert booked() == [("provider", 10000), ("sales", -10000)]


def test_entries_are_never_changed(world):
    from django.db import ProgrammingError

    put(world, {"provider": 10000, "sales": -10000})
    for change in (lambda: LedgerEntry.objects.update(amount=1), lambda: LedgerEntry.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_planted_an_unbalanced_ledger_is_seen_by_the_invariant(world, owner_connection):
    """With the trigger switched off by the owner, a crooked row gets in, and I2 says so."""
    owner_connection.execute("ALTER TABLE payments_ledgerentry DISABLE TRIGGER payments_ledger_sums_to_zero")
    try:
        owner_connection.execute(
            "INSERT INTO payments_ledgerentry (organization_id, transaction, account, amount, currency, about, key, "
            "posted_at) VALUES (%s, gen_random_uuid(), 'sales', 5, 'DKK', 'X', 'planted', now())",
            [world.organization.pk],
        )
    finally:
        owner_connection.execute("ALTER TABLE payments_ledgerentry ENABLE TRIGGER payments_ledger_sums_to_zero")
    assert len(invariants.ledger_sums_to_zero()) == 1


class AnyBookings(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 5), st.dictionaries(ACCOUNTS, st.integers(-(10**6), 10**6)))))
    def test_the_ledger_always_sums_to_zero(self, bookings):
        organization = make_organization("alea", "ALEA")
        for number, sides in bookings:
            try:
                with transaction.atomic():
                    book(
                        organization_id=organization.pk,
                        key=f"test:{number}",
                        about="ORDER1",
                        payment=None,
                        sides=sides,
                        now=NOW,
                    )
            except (Unbalanced, IntegrityError):
                continue
        assert invariants.ledger_sums_to_zero() == []
