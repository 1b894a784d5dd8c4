"""A shop with today's date and a running fake Stripe (`tests/money`), and a visitor who uses its pages."""

import pytest

from tests.money.conftest import Shop, now, shop, world  # noqa: F401 - fixtures
from tests.visitor import Visitor


@pytest.fixture
def visitor(shop: Shop) -> Visitor:  # noqa: F811  a fixture's name
    return Visitor(shop)
