"""What a buyer sees at Stripe, and the exact request that is made of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

# Stripe: a session lives between 30 minutes and 24 hours. The minute more is for clocks that do not agree.
SHORTEST = timedelta(minutes=31)
LONGEST = timedelta(hours=23, minutes=59)
MOST_LINES = 100
LANGUAGES = {"da": "da", "en": "en"}
METHODS = ("card", "mobilepay")
# What Stripe takes at once in kroner, in øre: from 2.50 kr. to eight digits.
SMALLEST, LARGEST = 250, 99_999_999


@dataclass(frozen=True)
class CheckoutLine:
    """A line on Stripe's page: what, the price of one in øre, how many. Never a person's name."""

    text: str
    amount: int
    quantity: int

    @property
    def total(self) -> int:
        return self.amount * self.quantity


def session_end(wanted: datetime, now: datetime) -> datetime:
    """The wanted end of a session, moved to where Stripe allows it."""
    return max(now + SHORTEST, min(wanted, now + LONGEST))


def request_for(
    *,
    key: UUID,
    reference: str,
    amount: int,
    currency: str,
    lines: Sequence[CheckoutLine],
    email: str,
    language: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    methods: Sequence[str],
    application_fee: int,
) -> dict[str, Any]:
    """The parameters of a Checkout Session. The same arguments give the same request, so that it can be repeated.

    Metadata carries our own keys only: it is shown in the association's dashboard at Stripe, for ever.
    """
    shown = [line for line in lines if line.total]
    if len(shown) > MOST_LINES:
        shown = [CheckoutLine(reference, amount, 1)]
    known_by = {"payment": reference, "attempt": str(key)}
    intent: dict[str, Any] = {"description": reference, "metadata": known_by}
    if application_fee:
        intent["application_fee_amount"] = application_fee
    return {
        "mode": "payment",
        "submit_type": "pay",
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": currency.lower(),
                    "unit_amount": line.amount,
                    "product_data": {"name": line.text[:250]},
                },
            }
            for line in shown
        ],
        "payment_method_types": list(methods),
        "customer_email": email,
        "locale": LANGUAGES.get(language, "auto"),
        "client_reference_id": reference,
        "metadata": known_by,
        "payment_intent_data": intent,
        "success_url": success_url,
        "cancel_url": cancel_url,
        "expires_at": int(expires_at.timestamp()),
    }


def fingerprint(request: dict[str, Any]) -> str:
    """Tells whether a request is the same as one made before, without keeping the buyer's address."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
