"""The shop with the fake Stripe, for those tests that ask for it (`shop`)."""

from tests.money.conftest import shop  # noqa: F401
