"""A kept connection whose other side is gone is noticed before it is used."""

import pytest
from django.db import connection


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
