"""A counter of each test's own, and a visitor with a browser."""

import pytest
from django.test import Client

from conbillet.core import clock
from conbillet.usage import counter
from conbillet.usage.actions.store_counts import store_counts
from conbillet.usage.models import ShopCount, SiteCount
from tests.money.conftest import now, shop, world  # noqa: F401
from tests.visitor import Visitor

BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "accept-language": "da,en;q=0.7",
}


@pytest.fixture(autouse=True)
def tally(monkeypatch) -> counter.Tally:
    fresh = counter.Tally(store_counts)
    monkeypatch.setattr(counter, "_tally", fresh)
    return fresh


@pytest.fixture
def visitor(shop) -> Visitor:  # noqa: F811
    return Visitor(shop, Client(enforce_csrf_checks=True, headers=BROWSER))


def counted(tally: counter.Tally) -> dict[str, int]:
    """What is in the database after the process has written: `step` or `step:detail`, over all languages."""
    tally.flush(now=clock.now())
    found: dict[str, int] = {}
    for row in ShopCount.objects.all():
        name = f"{row.step}:{row.detail}" if row.detail else row.step
        found[name] = found.get(name, 0) + row.times
    for page in SiteCount.objects.all():
        found[page.page] = found.get(page.page, 0) + page.times
    return found
