"""The shop with the fake Stripe, for those tests that ask for it (`shop`, `visitor`)."""

import pytest

from conbillet.core import clock
from tests.money.conftest import Shop, shop  # noqa: F401
from tests.visitor import Visitor


@pytest.fixture
def visitor(shop: Shop, monkeypatch) -> Visitor:  # noqa: F811
    """Somebody who buys, on a day on which the event is on sale."""
    monkeypatch.setattr(clock, "now", lambda: shop.now)
    return Visitor(shop)
