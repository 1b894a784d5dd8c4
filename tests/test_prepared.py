"""Prepared statements: planned once, and as safe as any other."""

from datetime import UTC

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from conbillet.core.prepared import columns, fetch, fetch_one, made, run
from conbillet.core.tenancy import acting_for
from conbillet.organizations.models import Organization

pytestmark = pytest.mark.django_db

COUNT = "SELECT count(*) FROM organizations_organization WHERE slug <> %s"


class Lost(Exception):
    pass


def count() -> int:
    ((found,),) = fetch(COUNT, ["nobody's"])
    return found


def test_a_statement_is_prepared_once(world):
    count(), count(), count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%slug <> $1%"])
        assert cursor.fetchone()[0] == 1


def test_what_others_send_is_prepared_when_it_has_come_a_few_times(world):
    def kept() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ['SELECT "organizations%']
            )
            return cursor.fetchone()[0]

    count()
    list(Organization.objects.all())
    assert kept() == 0
    for _ in range(5):
        list(Organization.objects.all())
    assert kept() == 1


def test_a_plan_made_as_the_app_shows_the_office_its_own_rows_only(world):
    assert [count() for _ in range(6)] == [2] * 6  # the sixth time PostgreSQL has a plan that it keeps
    with transaction.atomic(), acting_for(world.organization.pk):
        assert [count() for _ in range(6)] == [1] * 6
    with transaction.atomic(), acting_for(world.other.pk):
        assert count() == 1
    assert count() == 2


def test_it_counts_as_a_query_and_fails_as_one(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        count()
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE organizations_organization SET slug = %s", ["same"])
    assert count() == 2


def test_in_a_transaction_that_is_lost_nothing_more_is_asked(world):
    with pytest.raises(Lost), transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            count()
        raise Lost


def test_others_may_wrap_it(world):
    seen = []

    def wrapper(execute, sql, *rest):
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(wrapper):
        assert count() == 2 and run(COUNT, [""], keep=False) == 1
    assert seen == [COUNT, COUNT]


def test_instants_come_as_from_django(world):
    ((quick,),) = fetch("SELECT created_at FROM organizations_organization WHERE id = %s", [world.organization.pk])
    assert quick == Organization.objects.get(pk=world.organization.pk).created_at
    assert quick.tzinfo is UTC


def test_rows_become_instances(world):
    row = fetch_one(
        f"SELECT {columns(Organization, 'o')} FROM organizations_organization o WHERE o.id = %s",
        [world.organization.pk],
    )
    assert made(Organization, row) == world.organization
    assert fetch_one("SELECT 1 WHERE false") is None
