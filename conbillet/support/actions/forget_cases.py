"""Cases that were closed two years ago are forgotten (retention rule `cases`)."""

from datetime import datetime

from conbillet.core.clock import add_months, copenhagen_day, day_start
from conbillet.core.people import NOBODY, Held

from ..models import Case, ReceivedMail

KEPT_FOR_MONTHS = 24


def forget_cases(*, now: datetime, held: Held = NOBODY) -> int:
    """Delete cases closed two years ago or more, with their notes; returns how many rows went."""
    limit = day_start(add_months(copenhagen_day(now), -KEPT_FOR_MONTHS))
    ReceivedMail.objects.filter(at__lt=limit).delete()  # hashes: nobody's data, but no use either
    return Case.objects.filter(closed_at__lt=limit).exclude(email__in=held.emails).delete()[0]
