"""The sales sub-ledger: double entry in whole øre. Debit is positive, credit negative; a transaction sums to zero (I2)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from conbillet.core import rows

from .gateway import Fees
from .models import LedgerAccount, LedgerEntry, Payment

# The id of a transaction follows from what happened, so that the same happening can only ever be one transaction.
_HAPPENINGS = UUID("6f1a4f1e-54d5-4c8e-9d0f-0b4c1b1f8a3e")

FEES = "fees:"
CREDITED = "credited:"  # what went back by other ways has got its credit note
MONEY_ACCOUNTS = {
    Payment.Method.CARD: LedgerAccount.PROVIDER,
    Payment.Method.TRANSFER: LedgerAccount.BANK,
    Payment.Method.DOOR: LedgerAccount.TILL,
}


class Unbalanced(Exception):
    """The sides do not sum to zero. Nothing was booked."""


def book(
    *, organization_id: int, key: str, about: str, payment: Payment | None, sides: Mapping[str, int], now: datetime
) -> None:
    """Book one transaction, in one statement. Booking the same `key` again changes nothing. Raises Unbalanced."""
    if sum(sides.values()) != 0:
        raise Unbalanced(f"{key}: the sides sum to {sum(sides.values())} øre")
    transaction = uuid5(_HAPPENINGS, key)
    with rows.gathered():
        for account, amount in sides.items():
            if amount:
                rows.add(
                    LedgerEntry,
                    on_conflict="ON CONFLICT DO NOTHING",
                    organization_id=organization_id,
                    transaction=transaction,
                    account=account,
                    amount=amount,
                    payment_id=payment.pk if payment else None,
                    about=about,
                    key=key,
                    posted_at=now,
                )


def book_fees(*, payment: Payment, fees: Fees | None, now: datetime) -> None:
    """Book what the provider kept back of a captured payment. Once: the same payment again changes nothing.

    The platform's fee was credited when the money came (the buyer paid it with the order); here it leaves the account.
    """
    if fees is None or not fees.total:
        return
    book(
        organization_id=payment.organization_id,
        key=fees_key(payment),
        about=payment.about,
        payment=payment,
        sides={
            LedgerAccount.PROVIDER_FEE: fees.provider,
            LedgerAccount.PLATFORM_FEE: fees.platform,
            LedgerAccount.PROVIDER: -fees.total,
        },
        now=now,
    )


def fees_key(payment: Payment) -> str:
    return f"{FEES}{payment.reference}"


def capture_key(payment: Payment) -> str:
    return f"capture:{payment.reference}"


def split_booked(payment: Payment) -> dict[str, int]:
    """How a captured payment was credited: account → øre."""
    entries = LedgerEntry.objects.filter(key=capture_key(payment), amount__lt=0)
    return {account: -amount for account, amount in entries.values_list("account", "amount")}
