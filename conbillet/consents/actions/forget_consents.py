"""The proof of a consent goes two years after its last use, a wish that was never confirmed after a week."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from conbillet.core.clock import add_months, copenhagen_day, day_start

from ..models import MarketingConsent
from .confirm_consent import OPEN_FOR

KEPT_FOR_MONTHS = 24
Event = MarketingConsent.Event


def forget_consents(*, now: datetime) -> int:
    """Delete what is over: threads that ended with a withdrawal two years ago, and old wishes. Returns how many rows.

    A yes that still holds is in use, so its proof stays.
    """
    limit = day_start(add_months(copenhagen_day(now), -KEPT_FOR_MONTHS))
    wishes = MarketingConsent.objects.filter(event=Event.ASKED, at__lt=now - OPEN_FOR).delete()[0]
    rows = MarketingConsent.objects.annotate(sender=Coalesce("organization_id", 0))
    withdrawn = rows.filter(
        email=OuterRef("email"),
        purpose=OuterRef("purpose"),
        sender=OuterRef("sender"),
        event=Event.WITHDRAWN,
        id__gt=OuterRef("id"),
        at__lt=limit,
    )
    over = rows.filter(Q(event=Event.WITHDRAWN, at__lt=limit) | Q(Exists(withdrawn), event=Event.GIVEN))
    return wishes + over.delete()[0]
