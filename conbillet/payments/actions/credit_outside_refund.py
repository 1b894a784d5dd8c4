"""The office credits what was given back in the association's own pages at Stripe."""

from collections.abc import Mapping
from datetime import datetime

from ..ledger import CREDITED, Unbalanced, book
from ..models import LedgerAccount, Payment
from ..queries import outside_left


class NothingOutside(Exception):
    """Less has gone back by other ways than is to be credited. Nothing was booked."""


def credit_outside_refund(*, payment: Payment, amount: int, about: str, split: Mapping[str, int], now: datetime) -> None:
    """Book `amount` øre of a locked payment as credited, without sending any money: it has gone back already.

    `about` names the credit note, and is booked once; `split` says which accounts the money is taken back from. Until now it
    stood on *receivable*. Needs a transaction. Raises NothingOutside.
    """
    if sum(split.values()) != amount:
        raise Unbalanced(f"{payment.reference}: the split sums to {sum(split.values())} øre, not {amount}")
    if not 0 < amount <= outside_left(payment=payment):
        raise NothingOutside
    book(
        organization_id=payment.organization_id,
        key=f"{CREDITED}{about}",
        about=payment.about,
        payment=payment,
        sides={**split, LedgerAccount.RECEIVABLE: -amount},
        now=now,
    )
