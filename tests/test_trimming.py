"""What only costs is dropped, and what the database promises stays."""

import pytest
from django.db import IntegrityError, connections, transaction

from conbillet.core import trimming
from conbillet.sales.models import Cart, CartLine

INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"


def indexes(owner_connection):
    return {name for (name,) in owner_connection.execute(INDEXES).fetchall()}


class Owner:
    """The owner's connection with the one method that `trim` uses."""

    def __init__(self, owner_connection):
        self.cursor = owner_connection.cursor


@pytest.mark.django_db
def test_running_it_again_changes_nothing(owner_connection):
    before = indexes(owner_connection)
    trimming.trim(Owner(owner_connection))
    assert indexes(owner_connection) == before


@pytest.mark.django_db
def test_an_index_that_another_one_covers_goes_and_others_stay(owner_connection):
    before = indexes(owner_connection)
    owner_connection.execute("CREATE INDEX planted_covered ON sales_orderline (order_id)")
    owner_connection.execute("CREATE INDEX planted_like ON sales_cart (reference varchar_pattern_ops)")
    owner_connection.execute("CREATE INDEX planted_other ON sales_orderline (text)")
    owner_connection.execute("CREATE INDEX planted_partial ON sales_orderline (order_id) WHERE amount > 0")
    owner_connection.execute("CREATE INDEX planted_backwards ON sales_orderline (order_id DESC)")
    try:
        trimming.trim(Owner(owner_connection))
        assert indexes(owner_connection) - before == {"planted_other", "planted_partial", "planted_backwards"}
    finally:
        for name in ("covered", "like", "other", "partial", "backwards"):
            owner_connection.execute(f"DROP INDEX IF EXISTS planted_{name}")


@pytest.mark.django_db
def test_no_row_of_an_association_that_is_not_there(world, now):
    """The line's own check was dropped: its cart's association is its own, and the cart's is checked."""
    cart = Cart.objects.create(
        organization=world.organization, event=world.event, reference="C" * 12, created_at=now, changed_at=now
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        CartLine.objects.create(organization_id=10**9, cart=cart, product=world.adult)
        connections["default"].check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        Cart.objects.create(
            organization_id=10**9, event=world.event, reference="D" * 12, created_at=now, changed_at=now
        )
        connections["default"].check_constraints()
