"""That an address takes no mail is forgotten two years after the last sign of it (retention rule `consent_proof`), and at
once when nothing is written to it any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from conbillet.consents.models import MarketingConsent
from conbillet.core.clock import add_months, copenhagen_day, day_start

from ..models import FailingAddress

KEPT_FOR_MONTHS = 24


def forget_failures(*, now: datetime) -> int:
    """Delete them; returns how many."""
    limit = day_start(add_months(copenhagen_day(now), -KEPT_FOR_MONTHS))
    known = MarketingConsent.objects.filter(email=OuterRef("email"))
    return FailingAddress.objects.filter(Q(last_at__lt=limit) | ~Exists(known)).delete()[0]
