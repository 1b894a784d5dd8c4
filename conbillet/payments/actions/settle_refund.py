"""What became of a refund."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..ledger import MONEY_ACCOUNTS, book
from ..models import LedgerAccount, Payment, Refund

_FAILED = {"failed", "canceled"}


@transaction.atomic
def settle_refund(
    *, refund: Refund, provider_refund: str, status: str, failure: str, actor: Actor, now: datetime
) -> bool:
    """Record what the provider says about a refund; forward only. True when its state has changed.

    A refund that failed gives its amount free again, also when the bank sends the money back days after it succeeded;
    the association still owes it to the buyer, and a new refund can be asked for.
    """
    refund = Refund.objects.select_for_update().select_related("payment").get(pk=refund.pk)
    before = refund.state
    if provider_refund and not refund.provider_refund:
        Refund.objects.filter(pk=refund.pk).update(provider_refund=provider_refund)
    if status == "succeeded" and before == Refund.State.REQUESTED:
        after = Refund.State.SUCCEEDED
        _book(refund, "refund-paid", -refund.amount, now)
    elif status in _FAILED and before != Refund.State.FAILED:
        after = Refund.State.FAILED
        if before == Refund.State.SUCCEEDED:
            _book(refund, "refund-returned", refund.amount, now)
        Payment.objects.filter(pk=refund.payment_id).update(refunded_amount=F("refunded_amount") - refund.amount)
    else:
        return False
    Refund.objects.filter(pk=refund.pk).update(state=after, failure=failure[:120], settled_at=now)
    audit.record(
        action=f"refund_{after}",
        actor=actor,
        now=now,
        organization_id=refund.organization_id,
        object_kind="payment",
        object_reference=refund.payment.reference,
        amount=refund.amount,
        refund=refund.key,
        failure=failure,
    )
    announce("refund_settled", refund=refund.pk)
    return True


def _book(refund: Refund, what: str, money: int, now: datetime) -> None:
    """Money leaves (negative) or comes back to where it was, against what is owed to the buyer."""
    payment = refund.payment
    book(
        organization_id=refund.organization_id,
        key=f"{what}:{refund.key}",
        about=payment.about,
        payment=payment,
        sides={MONEY_ACCOUNTS[Payment.Method(payment.method)]: money, LedgerAccount.RECEIVABLE: -money},
        now=now,
    )
