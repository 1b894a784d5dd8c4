"""Receipts of deletions go, too: two years after, or with the last thing that they say is kept, if that is later."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from conbillet.core.clock import copenhagen_day

from ..models import Erasure, ErasureLine, ErasureNotice


@transaction.atomic
def forget_erasures(*, before: datetime, now: datetime) -> Counter[int | None]:
    """Delete receipts and notices of before that instant; rows, by association (None: the platform's receipts).

    Runs long after the last backup that could bring somebody back is gone, so no replay asks for them any more.
    """
    kept = ErasureLine.objects.filter(erasure=OuterRef("pk"), until__gte=copenhagen_day(now))
    old = Erasure.objects.filter(~Exists(kept), erased_at__lt=before)
    notices = ErasureNotice.objects.filter(told_at__lt=before)
    counts: Counter[int | None] = Counter(notices.values_list("organization_id", flat=True))
    notices.delete()
    counts[None] = old.count()
    old.delete()
    return +counts
