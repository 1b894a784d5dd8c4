"""A buyer's bank takes money back, for a time or for good."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import SYSTEM

from ..findings import DisputeChanged
from ..ledger import book
from ..models import Dispute, LedgerAccount, Payment

CLOSED = frozenset({"won", "lost", "warning_closed", "prevented"})


@transaction.atomic
def record_dispute(*, finding: DisputeChanged, now: datetime) -> Dispute:
    """Record a dispute or what became of it; a closed one does not open again. Harmless when repeated.

    The money moves from *At Stripe* to *Disputed*, and back when the dispute is won; what is lost stays there. A bank's
    early question (a status that begins with `warning_`) moves no money.
    """
    payment = Payment.objects.select_for_update().get(pk=finding.payment_id)
    dispute = Dispute.objects.filter(provider_dispute=finding.provider_dispute).first()
    before = dispute.status if dispute else ""
    if dispute is not None and (before == finding.status or before in CLOSED):
        return dispute
    if dispute is None:
        dispute = Dispute(
            organization_id=payment.organization_id,
            payment=payment,
            provider_dispute=finding.provider_dispute,
            amount=finding.amount,
            currency=finding.currency,
            reason=finding.reason[:40],
            opened_at=finding.opened_at,
        )
    dispute.status = finding.status[:40]
    dispute.closed_at = now if finding.status in CLOSED else None
    dispute.save()
    if not finding.status.startswith("warning_") and finding.status != "prevented":
        _book(dispute, payment, "dispute", finding.amount, now)
        if finding.status == "won":
            _book(dispute, payment, "dispute-won", -finding.amount, now)
    audit.record(
        action="dispute_changed",
        actor=SYSTEM,
        now=now,
        organization_id=payment.organization_id,
        object_kind="payment",
        object_reference=payment.reference,
        dispute=finding.provider_dispute,
        status=finding.status,
        amount=finding.amount,
    )
    return dispute


def _book(dispute: Dispute, payment: Payment, what: str, amount: int, now: datetime) -> None:
    """Move money out of the account at Stripe, or (negative) back into it. Booked once, whatever the order of news."""
    book(
        organization_id=payment.organization_id,
        key=f"{what}:{dispute.provider_dispute}",
        about=payment.about,
        payment=payment,
        sides={LedgerAccount.DISPUTED: amount, LedgerAccount.PROVIDER: -amount},
        now=now,
    )
