"""Compare what Stripe has taken with what we have written down (I5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..gateway import ChargeView, gateway
from ..ledger import book_fees, fees_key
from ..models import ConnectedAccount, LedgerEntry, Payment, Refund

# Younger than this, a webhook may still be on its way.
_SETTLING = timedelta(minutes=15)
_BATCH = 100


@dataclass(frozen=True)
class Difference:
    """`kind`: a charge that belongs to no payment, a payment without its charge, or amounts that do not agree.

    `attempt` is the key of ours that an unknown charge carries, if any; `payment_id` is ours.
    """

    kind: str
    charge: str
    provider_payment: str
    payment_id: int | None
    attempt: str
    expected: str
    found: str


def compare_charges(*, account: ConnectedAccount, since: datetime, now: datetime) -> list[Difference]:
    """Every difference among an association's charges since an instant. Never inside a transaction.

    Changes nothing but this: fees that were not known yet when a payment was confirmed are booked now.
    """
    charges = gateway().charges(account=account.stripe_account, since=since)
    differences: list[Difference] = []
    seen: set[int] = set()
    while batch := [charge for _, charge in zip(range(_BATCH), charges, strict=False)]:
        differences += _compare(account, batch, seen)
        _book_missing_fees(account, batch, now)
    ours = Payment.objects.filter(
        organization_id=account.organization_id,
        method=Payment.Method.CARD,
        captured_amount__gt=0,
        captured_at__range=(since + _SETTLING, now - _SETTLING),
    ).exclude(pk__in=seen)
    for payment in ours:
        expected = str(payment.captured_amount)
        differences.append(
            Difference("payment_without_charge", "", payment.provider_payment, payment.pk, "", expected, "0")
        )
    return differences


def _book_missing_fees(account: ConnectedAccount, charges: list[ChargeView], now: datetime) -> None:
    fees = {charge.payment: charge.fees for charge in charges if charge.fees and charge.fees.total}
    payments = Payment.objects.filter(
        organization_id=account.organization_id, provider_payment__in=fees, state=Payment.State.CAPTURED
    )
    by_key = {fees_key(payment): payment for payment in payments}
    booked = set(LedgerEntry.objects.filter(key__in=by_key).values_list("key", flat=True))
    for key in by_key.keys() - booked:
        book_fees(payment=by_key[key], fees=fees[by_key[key].provider_payment], now=now)


def _compare(account: ConnectedAccount, charges: list[ChargeView], seen: set[int]) -> Iterator[Difference]:
    ids = [charge.payment for charge in charges]
    rows = Payment.objects.filter(organization_id=account.organization_id, provider_payment__in=ids)
    payments = {payment.provider_payment: payment for payment in rows}
    waiting = set(
        Refund.objects.filter(payment__in=payments.values(), state=Refund.State.REQUESTED).values_list(
            "payment_id", flat=True
        )
    )
    for charge in charges:
        payment = payments.get(charge.payment)
        if payment is None or payment.pk in seen:
            found = str(charge.amount)
            yield Difference("charge_without_payment", charge.id, charge.payment, None, charge.attempt, "0", found)
            continue
        seen.add(payment.pk)
        ours = (payment.captured_amount, payment.currency)
        theirs = (charge.amount, charge.currency)
        if ours != theirs:
            yield Difference("amount", charge.id, charge.payment, payment.pk, "", str(ours), str(theirs))
        if charge.refunded != payment.refunded_amount and payment.pk not in waiting:
            expected, found = str(payment.refunded_amount), str(charge.refunded)
            yield Difference("refunds", charge.id, charge.payment, payment.pk, "", expected, found)
