"""What became of a request goes two years after it ended: an answer about somebody's record is not kept for ever."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import DateField, F
from django.db.models.functions import Coalesce, TruncDate

from conbillet.core.clock import COPENHAGEN, add_months, copenhagen_day

from ..models import CertificateRequest, CprNumber

MONTHS = 24


@transaction.atomic
def forget_requests(*, now: datetime) -> Counter[int]:
    """Delete requests that were settled, declined or ran out more than two years ago; rows, by association.

    Whoever was asked and never answered is not asked any more either.
    """
    limit = add_months(copenhagen_day(now), -MONTHS)
    asked = TruncDate(F("asked_at"), tzinfo=COPENHAGEN, output_field=DateField())
    old = CertificateRequest.objects.annotate(ended=Coalesce(F("settled_on"), asked)).filter(ended__lt=limit)
    old = old.exclude(pk__in=CprNumber.objects.values("request"))
    counts = Counter(old.values_list("organization_id", flat=True))
    CertificateRequest.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return counts
