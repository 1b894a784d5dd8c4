"""Send a refund to the payment provider."""

from datetime import datetime, timedelta

from conbillet.core.actor import SYSTEM

from .. import gateway as provider
from ..models import ConnectedAccount, Refund
from .settle_refund import settle_refund

# Stripe may forget an idempotency key after a day. Long before that, a repeat looks first whether the refund exists.
_KEY_IS_TRUSTED = timedelta(hours=1)


def send_refund(*, refund: Refund, now: datetime) -> bool:
    """Send a requested refund, or ask how a pending one goes. True when it is settled, either way.

    Never inside a transaction. The refund's own key is the idempotency key: sending again is harmless. Raises
    ProviderUnknown when the outcome is not known; the caller tries again.
    """
    if refund.state != Refund.State.REQUESTED:
        return True
    payment, api = refund.payment, provider.gateway()
    account = ConnectedAccount.objects.get(organization_id=refund.organization_id).stripe_account
    key, view = str(refund.key), None
    try:
        if refund.provider_refund:
            view = api.refund(account=account, refund=refund.provider_refund)
        elif now - refund.requested_at > _KEY_IS_TRUSTED:
            view = api.find_refund(account=account, payment=payment.provider_payment, key=key)
        if view is None:
            view = api.create_refund(account=account, key=key, payment=payment.provider_payment, amount=refund.amount)
    except (provider.ProviderRefused, provider.ProviderUnknown) as problem:
        # A server error may come after the work was done, and may be all that the key will ever answer.
        view = api.find_refund(account=account, payment=payment.provider_payment, key=key)
        if view is None:
            if isinstance(problem, provider.ProviderUnknown):
                raise
            return settle_refund(
                refund=refund, provider_refund="", status="failed", failure=problem.code, actor=SYSTEM, now=now
            )
    settle_refund(
        refund=refund,
        provider_refund=view.id,
        status=view.status,
        failure=view.failure,
        actor=SYSTEM,
        now=now,
    )
    return view.status in ("succeeded", "failed", "canceled")
