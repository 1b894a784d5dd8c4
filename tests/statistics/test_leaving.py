"""An association that leaves takes its statistics with it."""

from datetime import timedelta

import pytest

from conbillet.statistics.models import PublicPage, TableEdition
from conbillet.statistics.tests.crowd import Guest, let_come
from conbillet.workflows.statistics import take_statistics
from tests.cases.test_departure import after, gone  # noqa: F401  the fixture

pytestmark = pytest.mark.django_db


def test_its_editions_and_its_public_page_go(world, after, now):  # noqa: F811
    let_come(world.event, world.adult, [Guest()] * 20, now=now)
    take_statistics(now=now)
    PublicPage.objects.create(organization=world.organization, is_on=True, changed_at=now)
    assert TableEdition.objects.filter(organization=world.organization).exists()
    gone(world, after + timedelta(days=1))
    assert not TableEdition.objects.filter(organization=world.organization).exists()
    assert not PublicPage.objects.filter(organization=world.organization).exists()
