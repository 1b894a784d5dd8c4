"""What follows from the payment provider's news. One place for webhooks and for the reconciler."""

from datetime import datetime

from conbillet.core import audit, clock
from conbillet.core.actor import SYSTEM
from conbillet.core.models import AuditEntry
from conbillet.core.prepared import run
from conbillet.memberships.models import Membership
from conbillet.payments.actions.look_up import EarlierNews, look_up
from conbillet.payments.actions.record_account import record_account
from conbillet.payments.actions.record_dispute import CLOSED, record_dispute
from conbillet.payments.actions.record_outside_refund import record_outside_refund
from conbillet.payments.actions.settle_refund import settle_refund
from conbillet.payments.findings import (
    AccountChanged,
    CheckoutExpired,
    CheckoutOpen,
    DisputeChanged,
    Finding,
    Mismatch,
    PaymentCaptured,
    RefundChanged,
    RefundedElsewhere,
)
from conbillet.payments.models import Attempt, Payment, Refund
from conbillet.payments.queries import note_outcome, provider_event
from conbillet.workflows.purchase import confirm_payment, payment_expired

_LIVE = (Attempt.State.STARTING, Attempt.State.OPEN)
_END_ATTEMPT = "UPDATE payments_attempt SET state = %s WHERE id = %s AND state IN ('starting', 'open')"


def handle_provider_event(*, event: int) -> None:
    """Job: a webhook came in. Ask Stripe how things are now, and act on that; doubled and late events change nothing.

    Raises when Stripe does not answer: the job is tried again.
    """
    row = provider_event(event)
    if row.handled_at is not None:
        return
    now = clock.now()
    try:
        finding = look_up(event=row, now=now)
    except EarlierNews as news:
        # A refund or dispute overtook the payment that it is about.
        act_on(finding=news.finding, now=now)
        finding = look_up(event=row, now=now)
    outcome = act_on(finding=finding, now=now) if finding else "nothing of ours"
    note_outcome(event=row, outcome=outcome, now=now)


def act_on(*, finding: Finding, now: datetime) -> str:
    """Do what follows from a finding; returns a word for it. Idempotent, forward only."""
    match finding:
        case PaymentCaptured():
            confirm_payment(
                payment_id=finding.payment_id,
                amount=finding.amount,
                provider_payment=finding.provider_payment,
                provider_method=finding.provider_method,
                fees=finding.fees,
                attempt_id=finding.attempt_id,
                now=now,
            )
            return "paid"
        case CheckoutExpired():
            return _checkout_expired(finding, now)
        case CheckoutOpen():
            return "still open"
        case RefundChanged():
            settle_refund(
                refund=Refund(pk=finding.refund_id),
                provider_refund=finding.provider_refund,
                status=finding.status,
                failure=finding.failure,
                actor=SYSTEM,
                now=now,
            )
            return f"refund {finding.status}"
        case RefundedElsewhere():
            return _refunded_elsewhere(finding, now)
        case DisputeChanged():
            return _disputed(finding, now)
        case AccountChanged():
            record_account(
                account_id=finding.account_id,
                charges_enabled=finding.charges_enabled,
                payouts_enabled=finding.payouts_enabled,
                details_submitted=finding.details_submitted,
                now=now,
            )
            return "account recorded"
        case Mismatch():
            report_mismatch(finding=finding, now=now)
            return f"mismatch: {finding.what}"


def report_mismatch(*, finding: Mismatch, now: datetime) -> None:
    """Leave word for the association's treasurer, once per payment and kind. Nothing is confirmed."""
    payment = Payment.objects.get(pk=finding.payment_id)
    action = f"payment_mismatch_{finding.what}"
    known = AuditEntry.objects.filter(object_kind="payment", object_reference=payment.reference, action=action)
    if not known.exists():
        audit.record(
            action=action,
            actor=SYSTEM,
            now=now,
            organization_id=payment.organization_id,
            object_kind="payment",
            object_reference=payment.reference,
            expected=finding.expected,
            found=finding.found,
        )


def _checkout_expired(finding: CheckoutExpired, now: datetime) -> str:
    """End the order, unless its session was ended by ourselves to make room for another one."""
    ours = not _attempt_ended(finding.attempt_id, Attempt.State.EXPIRED)
    attempts = Attempt.objects.filter(payment_id=finding.payment_id)
    if attempts.filter(state__in=_LIVE).exists():
        return "replaced"
    if ours and attempts.filter(pk=finding.attempt_id, expires_at__gt=now).exists():
        return "ended by us"
    payment_expired(payment_id=finding.payment_id, now=now)
    return "expired"


def _attempt_ended(attempt_id: int, state: str) -> bool:
    return bool(run(_END_ATTEMPT, [state, attempt_id]))


def _refunded_elsewhere(finding: RefundedElsewhere, now: datetime) -> str:
    if finding.status in ("failed", "canceled"):
        return "refund elsewhere failed"
    recorded = record_outside_refund(
        payment_id=finding.payment_id, provider_refund=finding.provider_refund, amount=finding.amount, now=now
    )
    return "refunded elsewhere" if recorded else "refund elsewhere known or too large"


def _disputed(finding: DisputeChanged, now: datetime) -> str:
    dispute = record_dispute(finding=finding, now=now)
    # A question that the bank has closed, or withdrew in time, took nothing: as good as won.
    state = "open" if dispute.status not in CLOSED else "lost" if dispute.status == "lost" else "won"
    # A membership whose dues are disputed is no evidence for a grant body until the bank has decided.
    Membership.objects.filter(payment_reference=dispute.payment.reference).update(dispute_state=state)
    return f"dispute {dispute.status}"
