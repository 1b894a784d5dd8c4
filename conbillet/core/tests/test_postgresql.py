"""A kept connection whose other side is gone is noticed before it is used."""

import pytest
from django.db import ProgrammingError, connection, transaction
from psycopg.pq import TransactionStatus


@pytest.fixture
def second(transactional_db):
    """Django's connection, kept from an earlier request."""
    connection.ensure_connection()
    yield connection
    connection.close()


def test_a_good_connection_is_kept(second):
    kept = second.connection
    assert second.is_usable()
    with second.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert second.is_usable() and second.connection is kept


def test_a_connection_that_was_terminated_is_replaced(second, owner_connection):
    kept = second.connection
    owner_connection.execute("SELECT pg_terminate_backend(%s)", [kept.info.backend_pid])
    owner_connection.execute("SELECT pg_sleep(0.1)")
    assert not second.is_usable()
    second.health_check_enabled, second.health_check_done = True, False
    with second.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert second.connection is not kept


def test_no_connection_is_no_good_one(second):
    second.close()
    assert not second.is_usable()


PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%planned once'"


@pytest.mark.parametrize(("kept", "planned_anew"), [("force_generic_plan", 0), ("auto", 7)])
def test_a_kept_statement_is_planned_once(second, kept, planned_anew):
    """The second case is PostgreSQL's own choice, which the engine takes from it: here it plans at every call."""
    with second.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_generic_plan",)
        cursor.execute(f"SET plan_cache_mode = {kept}")
    for number in range(7):
        second.ask(
            "SELECT %s::int AS asked FROM generate_series(1, %s) AS planned_once -- planned once",
            [number, 9],
            keep=True,
        )
    with second.cursor() as cursor:
        cursor.execute(PLANS)
        generic, custom = cursor.fetchone()
    assert (custom, generic + custom) == (planned_anew, 7)


class TestBeginWith:
    """A transaction is opened together with its first statement."""

    def test_one_round_trip_opens_it(self, second):
        second.close()
        with transaction.atomic():
            assert second.begin_with("SELECT set_config('conbillet.organization', '7', true)")
            assert second.connection.info.transaction_status == TransactionStatus.INTRANS
            with second.cursor() as cursor:
                cursor.execute("SELECT current_setting('conbillet.organization')")
                assert cursor.fetchone() == ("7",)
        assert second.connection.info.transaction_status == TransactionStatus.IDLE

    def test_not_when_it_is_open_and_not_without_a_transaction(self, second):
        assert not second.begin_with("SELECT 1")
        with transaction.atomic():
            with second.cursor() as cursor:
                cursor.execute("SELECT 1")
            assert not second.begin_with("SELECT 1")

    def test_an_error_is_djangos_and_rolls_back(self, second):
        with pytest.raises(ProgrammingError, match="nowhere"), transaction.atomic():
            second.begin_with("SELECT * FROM nowhere")
        assert second.connection.info.transaction_status == TransactionStatus.IDLE
        with second.cursor() as cursor:
            cursor.execute("SELECT 1")
