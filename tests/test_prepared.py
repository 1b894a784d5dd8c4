"""Prepared statements: planned once, and as safe as any other."""

import pytest
from django.db import IntegrityError, connection, transaction

from conbillet.core.prepared import columns, made, prepared
from conbillet.core.tenancy import acting_for
from conbillet.organizations.models import Organization

pytestmark = pytest.mark.django_db

COUNT = "SELECT count(*) FROM organizations_organization WHERE slug <> %s"


def count() -> int:
    with prepared() as cursor:
        cursor.execute(COUNT, ["nobody's"])
        return cursor.fetchone()[0]


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
    with pytest.raises(IntegrityError), transaction.atomic(), prepared() as cursor:
        cursor.execute("UPDATE organizations_organization SET slug = %s", ["same"])
    assert count() == 2


def test_rows_become_instances(world):
    with prepared() as cursor:
        cursor.execute(
            f"SELECT {columns(Organization, 'o')} FROM organizations_organization o WHERE o.id = %s",
            [world.organization.pk],
        )
        assert made(Organization, cursor.fetchone()) == world.organization
