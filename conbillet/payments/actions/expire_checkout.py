"""The buyer gives up paying."""

from datetime import datetime

from ..gateway import ProviderUnknown
from ..models import ConnectedAccount, Payment
from .end_attempt import LIVE, end_attempt
from .start_checkout import CheckoutUnknown


def expire_checkout(*, payment: Payment, now: datetime) -> bool:
    """End the payment's session at Stripe, outside any transaction. True: nothing can be paid any more.

    False: it has been paid meanwhile, so the order must be left alone; the webhook or the reconciler confirms it. Raises
    CheckoutUnknown when Stripe does not answer. Does not change the payment: the order's end is decided upstairs.
    """
    for attempt in payment.attempts.filter(state__in=LIVE):
        account = ConnectedAccount.objects.get(organization_id=attempt.organization_id)
        try:
            ended = end_attempt(attempt=attempt, account=account)
        except ProviderUnknown:
            raise CheckoutUnknown from None
        if not ended:
            return False
    return True
