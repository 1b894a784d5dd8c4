"""The state of a row stands in the statement, so that a plan made once can use the index of the open rows."""

import pytest
from django.db import connection, models

from conbillet.core.states import StateField
from conbillet.sales.models import Order

pytestmark = pytest.mark.django_db

OPEN = Order.State.AWAITING_PAYMENT
INDEX = "sales_order_unpaid"


def statement(rows):
    return rows.query.get_compiler("default").as_sql()


def plan(rows) -> str:
    """How PostgreSQL would run it as a prepared statement, whatever its parameters."""
    sql, params = statement(rows)
    numbered = sql % tuple(f"${place + 1}" for place in range(len(params)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the tables of a test are small
        cursor.cursor.connection.execute(f"PREPARE looked_at AS {numbered}")
        try:
            cursor.cursor.connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            values = ", ".join("NULL" for _ in params)
            found = cursor.cursor.connection.execute(
                f"EXPLAIN EXECUTE looked_at{f' ({values})' if values else ''}"
            ).fetchall()
        finally:
            cursor.cursor.connection.execute("DEALLOCATE looked_at")
    return "\n".join(line for (line,) in found)


class TestValues:
    def test_a_state_is_spelt_out(self):
        sql, params = statement(Order.objects.filter(state=OPEN))
        assert "= 'awaiting_payment'" in sql and params == ()

    def test_so_are_several(self):
        sql, params = statement(Order.objects.filter(state__in=[OPEN, "paid"], language="da"))
        assert "'awaiting_payment'" in sql and "'paid'" in sql and params == ("da",)

    @pytest.mark.parametrize("wrong", ["", "x' OR '1'='1", "%s", "awaiting_payment'--", "unknown"])
    def test_what_is_no_state_of_it_is_a_parameter(self, wrong):
        for rows in (Order.objects.filter(state=wrong), Order.objects.filter(state__in=[wrong, "paid"])):
            sql, params = statement(rows)
            assert wrong in params and (not wrong or f"'{wrong}'" not in sql)
            assert rows.count() == 0

    def test_another_column_and_a_subquery_work_as_ever(self, world):
        paid = Order.objects.filter(state="paid").values("state")
        assert Order.objects.filter(state__in=paid).count() == 0
        assert Order.objects.filter(state=models.F("method")).count() == 0

    def test_migrations_see_a_plain_column(self):
        field = Order._meta.get_field("state")
        assert isinstance(field, StateField) and field.deconstruct()[1] == "django.db.models.CharField"


class TestPlan:
    def test_the_index_of_the_open_rows_is_used(self):
        assert INDEX in plan(Order.objects.filter(state=OPEN, organization_id=1))

    def test_as_a_parameter_it_would_not_be(self, monkeypatch):
        """The twin: without the two lookups the whole sale is read."""
        for lookup in ("exact", "in"):
            monkeypatch.delitem(StateField.class_lookups, lookup)
        StateField._clear_cached_class_lookups()
        try:
            assert INDEX not in plan(Order.objects.filter(state=OPEN, organization_id=1))
        finally:
            monkeypatch.undo()
            StateField._clear_cached_class_lookups()
