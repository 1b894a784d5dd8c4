"""The payment provider behind one interface; `stripe_gateway.py`, `direct_calls.py` and `transport.py` alone know the SDK.

Every call goes to an association's own account (the `Stripe-Account` header: direct charges), and none is made inside a
transaction. Answers are frozen values of ours; errors are those below. Nothing is repeated by itself, so that a
repeat is always a decision, made with the same idempotency key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction


class ProviderError(Exception):
    """A call did not give what was asked for. `code` is the provider's word for it."""

    def __init__(self, code: str = "", param: str = "") -> None:
        super().__init__(code)
        self.code = code[:120]
        self.param = param


class ProviderUnknown(ProviderError):
    """Nobody knows whether it was done: no answer in time, or a server error. Repeat with the same key."""


class ProviderBusy(ProviderUnknown):
    """Another request with the same key is under way."""


class ProviderRefused(ProviderError):
    """The provider said no; nothing was done."""


class ProviderMissing(ProviderRefused):
    """There is no such object in that account."""


class KeyReused(ProviderRefused):
    """The idempotency key was used before, with other parameters."""


class NetworkInTransaction(Exception):
    """A programming error: a transaction was open, and would have stayed open for as long as the provider takes."""


@dataclass(frozen=True)
class Fees:
    """What was kept back of a charge, in øre: the provider's own fee, and ours for the platform."""

    provider: int = 0
    platform: int = 0

    @property
    def total(self) -> int:
        return self.provider + self.platform


@dataclass(frozen=True)
class SessionView:
    """A Checkout Session as it is now. `captured` and `currency` are what was really taken.

    `fees` are None as long as the provider has not said.
    """

    id: str
    url: str
    status: str  # open, complete, expired
    paid: bool
    amount: int
    currency: str
    payment: str
    method: str
    attempt: str
    fees: Fees | None = None


@dataclass(frozen=True)
class RefundView:
    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount: int
    currency: str
    payment: str
    failure: str
    key: str


@dataclass(frozen=True)
class DisputeView:
    id: str
    status: str
    amount: int
    currency: str
    reason: str
    payment: str
    opened_at: datetime


@dataclass(frozen=True)
class AccountView:
    id: str
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool


@dataclass(frozen=True)
class ChargeView:
    """Money that was taken. `attempt` is the key of ours that it carries, if any."""

    id: str
    payment: str
    amount: int
    refunded: int
    currency: str
    attempt: str
    fees: Fees | None = None


class Gateway(Protocol):
    """What the house needs of a payment provider. `account` is an association's own account there."""

    def create_session(self, *, account: str, key: str, request: dict[str, Any]) -> SessionView: ...
    def session(self, *, account: str, session: str) -> SessionView: ...
    def find_session(self, *, account: str, attempt: str, since: datetime) -> SessionView | None: ...
    def session_of(self, *, account: str, payment: str) -> SessionView | None: ...
    def expire_session(self, *, account: str, session: str) -> SessionView: ...
    def create_refund(self, *, account: str, key: str, payment: str, amount: int) -> RefundView: ...
    def refund(self, *, account: str, refund: str) -> RefundView: ...
    def refunds(self, *, account: str, payment: str) -> list[RefundView]: ...
    def find_refund(self, *, account: str, payment: str, key: str) -> RefundView | None: ...
    def dispute(self, *, account: str, dispute: str) -> DisputeView: ...
    def disputes(self, *, account: str, since: datetime) -> list[DisputeView]: ...
    def create_account(self, *, key: str, email: str, name: str, url: str) -> AccountView: ...
    def account_link(self, *, account: str, return_url: str, refresh_url: str) -> str: ...
    def account(self, *, account: str) -> AccountView: ...
    def charges(self, *, account: str, since: datetime) -> Iterator[ChargeView]: ...


@lru_cache(maxsize=4)
def _stripe(secret_key: str, base: str, timeout: float) -> Gateway:
    # Imported with the first payment: the SDK takes half a second and 30 MB, which most workers never need.
    from .stripe_gateway import StripeGateway

    return StripeGateway(secret_key=secret_key, base=base, timeout=timeout)


def gateway() -> Gateway:
    """The provider that the settings name. Raises NetworkInTransaction where a transaction is open."""
    if connection.in_atomic_block:
        try:
            # Django's own rule for what may not be nested (it knows a test's own transaction); sends nothing.
            with transaction.atomic(durable=True, savepoint=False):
                pass
        except RuntimeError:
            raise NetworkInTransaction("the payment provider is never asked inside a transaction") from None
    return _stripe(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT_SECONDS)
