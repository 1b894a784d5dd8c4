"""Nobody acts for a child any more who has turned 15."""

from datetime import datetime

from conbillet.core.clock import add_months, copenhagen_day

from ..insight.children import GROWN_UP
from ..models import Guardianship


def forget_guardianships(*, now: datetime) -> int:
    """Delete those whose child is 15 today, or older; returns how many. Packages go by their own days."""
    born = add_months(copenhagen_day(now), -12 * GROWN_UP)
    return Guardianship.objects.filter(child__birth_date__lte=born).delete()[0]
