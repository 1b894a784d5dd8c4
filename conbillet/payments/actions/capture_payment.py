"""The money is there."""

from collections.abc import Mapping
from datetime import datetime

from conbillet.core import rows

from ..gateway import Fees
from ..ledger import MONEY_ACCOUNTS, Unbalanced, book, book_fees, capture_key
from ..models import Payment

_CAPTURE = (
    "UPDATE payments_payment SET state = 'captured', captured_amount = %s, captured_at = %s, provider_payment = %s, "
    "provider_method = %s WHERE id = %s AND state <> 'captured'"
)


class WrongAmount(Exception):
    """Another amount than the one shown at confirmation (I12)."""


def capture_payment(
    *,
    payment: Payment,
    amount: int,
    provider_payment: str,
    provider_method: str,
    split: Mapping[str, int],
    now: datetime,
    fees: Fees | None = None,
) -> None:
    """Mark a locked, expected (or expired: late money) payment as captured and book it. Nothing when it was captured before.

    `split` says which accounts are credited, in øre, and must sum to `amount`; the debit follows from the payment's method,
    and `fees` are what the provider kept back. Writes only, so all of it travels with a surrounding `gathered()`. The
    caller audits: it knows what was paid for. Even of a stale `payment` nothing is captured or booked a second time.
    """
    if amount != payment.amount:
        raise WrongAmount(f"{payment.reference}: {amount} øre came, {payment.amount} were expected")
    if sum(split.values()) != amount:
        raise Unbalanced(f"{payment.reference}: the split sums to {sum(split.values())} øre, not {amount}")
    if payment.state == Payment.State.CAPTURED:
        return
    rows.execute(_CAPTURE, [amount, now, provider_payment, provider_method, payment.pk])
    payment.state, payment.captured_amount, payment.captured_at = Payment.State.CAPTURED, amount, now
    payment.provider_payment, payment.provider_method = provider_payment, provider_method
    if amount:
        sides: dict[str, int] = {account: -part for account, part in split.items()}
        sides = {MONEY_ACCOUNTS[Payment.Method(payment.method)]: amount, **sides}
        book(
            organization_id=payment.organization_id,
            key=capture_key(payment),
            about=payment.about,
            payment=payment,
            sides=sides,
            now=now,
        )
        book_fees(payment=payment, fees=fees, now=now)
