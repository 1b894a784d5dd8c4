"""The payment room's own cast: an association with an account at the fake Stripe, which runs as a real process."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from conbillet.core import clock
from conbillet.payments import invariants
from conbillet.payments.actions.capture_payment import capture_payment
from conbillet.payments.actions.expect_payment import expect_payment
from conbillet.payments.actions.start_checkout import start_checkout
from conbillet.payments.checkout import CheckoutLine
from conbillet.payments.gateway import gateway
from conbillet.payments.models import Attempt, ConnectedAccount, Payment
from tests.cast import World

if TYPE_CHECKING:
    from conbillet.demo.testing import FakeStripe

SECRET = "whsec_conbillet_test"


@dataclass
class Till:
    """An association that can take money, and what a test needs to let it."""

    stripe: FakeStripe
    account: ConnectedAccount
    now: datetime

    def expect(self, amount: int = 40000, *, about: str = "", method: str = "card") -> Payment:
        about = about or f"ORDER{Payment.objects.count():06}"
        return expect_payment(
            organization_id=self.account.organization_id, about=about, amount=amount, method=method, now=self.now
        )

    def start(self, payment: Payment, **changes) -> Attempt:
        values = {
            "lines": [CheckoutLine("Voksen, alle dage", payment.amount, 1)],
            "email": "buyer@example.com",
            "language": "da",
            "success_url": "http://localhost:8000/order/X/?paid=1",
            "cancel_url": "http://localhost:8000/order/X/?gave_up=1",
            "expires_at": self.now + timedelta(minutes=36),
            "now": self.now,
        }
        return start_checkout(payment=payment, **{**values, **changes})

    def capture(self, amount: int = 40000, *, split: dict[str, int] | None = None, **details) -> Payment:
        """A payment that was paid at the fake Stripe (cards) and captured here."""
        payment = self.expect(amount, **details)
        paid_as = ""
        if payment.method == Payment.Method.CARD:
            paid_as = self.stripe.pay(self.start(payment).session)["session"]["payment_intent"]
        capture_payment(
            payment=payment,
            amount=amount,
            provider_payment=paid_as,
            provider_method="card" if paid_as else "",
            split=split or {"sales": amount},
            now=self.now,
        )
        return payment

    def event(self, kind: str) -> dict:
        """The newest event of a kind that the fake Stripe has made."""
        return self.stripe.events(type=kind)[0]

    def complaints(self) -> list[str]:
        """Every invariant, I5 included: Stripe's charges against our payments."""
        charges = gateway().charges(account=self.account.stripe_account, since=self.now - timedelta(days=1))
        found = invariants.charges_match(organization_id=self.account.organization_id, charges=charges)
        return invariants.complaints() + found


def connect(stripe: FakeStripe, settings, organization) -> Till:
    settings.STRIPE_API_BASE = stripe.url
    settings.STRIPE_SECRET_KEY = stripe.secret_key
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    settings.STRIPE_TIMEOUT_SECONDS = 2
    now = clock.now()
    account = ConnectedAccount.objects.create(
        organization=organization,
        stripe_account=stripe.account(name=organization.name),
        charges_enabled=True,
        connected_at=now,
        checked_at=now,
    )
    return Till(stripe, account, now)


@pytest.fixture
def till(world: World, fake_stripe: FakeStripe, settings) -> Till:
    return connect(fake_stripe, settings, world.organization)


@pytest.fixture
def signed() -> Callable[..., tuple[bytes, str]]:
    """An event's raw body and its signature header, as Stripe sends them."""

    def make(event: dict, *, secrets: tuple[str, ...] = (SECRET,), at: float | None = None) -> tuple[bytes, str]:
        body = json.dumps({key: value for key, value in event.items() if not key.startswith("_")}).encode()
        when = int(time.time() if at is None else at)
        signed_text = f"{when}.".encode() + body
        marks = [hmac.new(secret.encode(), signed_text, hashlib.sha256).hexdigest() for secret in secrets]
        return body, ",".join([f"t={when}", *(f"v1={mark}" for mark in marks)])

    return make
