"""What was learned from the payment provider about something of ours. Workflows decide what follows from it."""

from dataclasses import dataclass
from datetime import datetime

from .gateway import Fees


@dataclass(frozen=True)
class PaymentCaptured:
    """A session was paid, with the amount, currency and account that we expected."""

    payment_id: int
    amount: int
    currency: str
    provider_payment: str
    provider_method: str
    attempt_id: int
    fees: Fees | None = None


@dataclass(frozen=True)
class CheckoutExpired:
    """A session ended without payment and can no longer be paid."""

    payment_id: int
    attempt_id: int


@dataclass(frozen=True)
class CheckoutOpen:
    """A session can still be paid."""

    payment_id: int
    attempt_id: int


@dataclass(frozen=True)
class RefundChanged:
    """What Stripe says about one of our refunds: pending, succeeded, failed or canceled."""

    refund_id: int
    provider_refund: str
    status: str
    failure: str


@dataclass(frozen=True)
class RefundedElsewhere:
    """Somebody gave money back in the association's own dashboard at Stripe."""

    payment_id: int
    provider_refund: str
    amount: int
    status: str


@dataclass(frozen=True)
class DisputeChanged:
    """A buyer's bank has taken money back, or has decided about it."""

    payment_id: int
    provider_dispute: str
    amount: int
    currency: str
    reason: str
    status: str
    opened_at: datetime


@dataclass(frozen=True)
class AccountChanged:
    """What an association's account at Stripe may do now."""

    account_id: int
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool


@dataclass(frozen=True)
class Mismatch:
    """Stripe's amount, currency or account is not ours. Nothing is confirmed; somebody has to look."""

    payment_id: int
    what: str
    expected: str
    found: str


Finding = (
    PaymentCaptured
    | CheckoutExpired
    | CheckoutOpen
    | RefundChanged
    | RefundedElsewhere
    | DisputeChanged
    | AccountChanged
    | Mismatch
)
