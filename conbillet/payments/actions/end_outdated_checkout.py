"""A page at Stripe says what no longer holds, for example an address that was mended."""

from ..models import Attempt, ConnectedAccount
from .end_attempt import LIVE, end_attempt


def end_outdated_checkout(*, attempt_id: int) -> bool:
    """End it at Stripe, outside any transaction; the order and its places stay, and a new page can be asked for.

    Whether it is over. False: it has been paid meanwhile. Raises ProviderUnknown when Stripe does not answer.
    """
    attempt = Attempt.objects.filter(pk=attempt_id, state__in=LIVE).first()
    if attempt is None:
        return True
    account = ConnectedAccount.objects.get(organization_id=attempt.organization_id)
    return end_attempt(attempt=attempt, account=account)
