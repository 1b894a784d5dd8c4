"""Ask Stripe about money that no webhook told of."""

from datetime import datetime
from uuid import UUID

from ..findings import DisputeChanged, Finding, RefundChanged, RefundedElsewhere
from ..gateway import RefundView, gateway
from ..models import ConnectedAccount, Payment, Refund
from .compare_charges import Difference
from .look_up import attempt_named
from .look_up_attempt import judge


def look_up_money(*, account: ConnectedAccount, difference: Difference) -> list[Finding]:
    """What Stripe says about a difference. Empty: nothing that would explain it. Never inside a transaction.

    A charge without a payment is found through the session in which it was made; refunds through the charge's own list.
    """
    api, at = gateway(), account.stripe_account
    if difference.kind == "charge_without_payment":
        view = api.session_of(account=at, payment=difference.provider_payment)
        attempt = attempt_named(key=view.attempt, account=account) if view else None
        return [judge(attempt=attempt, view=view)] if attempt and view else []
    if difference.kind == "refunds" and difference.payment_id is not None:
        payment = Payment.objects.get(pk=difference.payment_id)
        return [_refund(payment, view) for view in api.refunds(account=at, payment=payment.provider_payment)]
    return []


def look_up_disputes(*, account: ConnectedAccount, since: datetime) -> list[Finding]:
    """The disputes since an instant about payments of ours."""
    views = gateway().disputes(account=account.stripe_account, since=since)
    rows = Payment.objects.filter(
        organization_id=account.organization_id, provider_payment__in=[view.payment for view in views]
    )
    payments = {payment.provider_payment: payment.pk for payment in rows}
    return [
        DisputeChanged(
            payments[view.payment], view.id, view.amount, view.currency, view.reason, view.status, view.opened_at
        )
        for view in views
        if view.payment in payments
    ]


def _refund(payment: Payment, view: RefundView) -> Finding:
    known = Refund.objects.filter(payment=payment)
    refund = known.filter(provider_refund=view.id).first()
    if refund is None and view.key:
        refund = known.filter(key=UUID(view.key)).first()
    if refund is None:
        return RefundedElsewhere(payment.pk, view.id, view.amount, view.status)
    return RefundChanged(refund.pk, view.id, view.status, view.failure)
