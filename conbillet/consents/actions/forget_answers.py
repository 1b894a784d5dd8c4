"""Answers about cookies that nobody has used for two years are forgotten (retention rule `consent_proof`)."""

from datetime import datetime

from conbillet.core.clock import add_months, copenhagen_day, day_start

from ..models import ConsentReceipt

# The cookie lives for a year, so an answer is last used a year after it was given.
KEPT_FOR_MONTHS = 36


def forget_answers(*, now: datetime) -> int:
    """Delete receipts two years after the cookie that carried them ran out; returns how many."""
    limit = day_start(add_months(copenhagen_day(now), -KEPT_FOR_MONTHS))
    return ConsentReceipt.objects.filter(given_at__lt=limit).delete()[0]
