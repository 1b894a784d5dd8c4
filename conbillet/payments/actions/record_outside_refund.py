"""Somebody gave money back in the association's own dashboard at Stripe."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from conbillet.core import audit
from conbillet.core.actor import SYSTEM

from ..ledger import MONEY_ACCOUNTS, book
from ..models import LedgerAccount, Payment, Refund


@transaction.atomic
def record_outside_refund(*, payment_id: int, provider_refund: str, amount: int, now: datetime) -> bool:
    """Record a refund that we did not ask for, once. False when it is known, or larger than what is left here.

    The money has left the account at Stripe, but no line was credited: it stands on *receivable* until the office has
    made the credit note.
    """
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if Refund.objects.filter(provider_refund=provider_refund).exists():
        return False
    if payment.refunded_amount + amount > payment.captured_amount:
        return False
    refund = Refund.objects.create(
        organization_id=payment.organization_id,
        payment=payment,
        amount=amount,
        currency=payment.currency,
        state=Refund.State.SUCCEEDED,
        provider_refund=provider_refund,
        requested_at=now,
        settled_at=now,
    )
    Payment.objects.filter(pk=payment.pk).update(refunded_amount=F("refunded_amount") + amount)
    book(
        organization_id=payment.organization_id,
        key=f"refund-paid:{refund.key}",
        about=payment.about,
        payment=payment,
        sides={MONEY_ACCOUNTS[Payment.Method.CARD]: -amount, LedgerAccount.RECEIVABLE: amount},
        now=now,
    )
    audit.record(
        action="refunded_elsewhere",
        actor=SYSTEM,
        now=now,
        organization_id=payment.organization_id,
        object_kind="payment",
        object_reference=payment.reference,
        amount=amount,
        refund=provider_refund,
    )
    return True
