"""Pages at Stripe that are still open when what they say has changed."""

from conbillet.core.facts import announce
from conbillet.payments.actions.end_attempt import LIVE
from conbillet.payments.actions.end_outdated_checkout import end_outdated_checkout
from conbillet.payments.models import Attempt
from conbillet.sales.models import Order


def outdate_checkouts(order: Order) -> None:
    """The order's address was changed: no open page may go on with the old one. In the transaction that changes it.

    A page that is asked for afterwards is another one, so the job cannot end it.
    """
    open_ones = Attempt.objects.filter(payment__about=order.reference, state__in=LIVE)
    for attempt in open_ones.values_list("pk", flat=True):
        announce("checkout_outdated", attempt=attempt)


def checkout_outdated(*, attempt: int) -> None:
    """Job: end that page. Raises ProviderUnknown when Stripe does not answer: then the job is tried again."""
    end_outdated_checkout(attempt_id=attempt)
