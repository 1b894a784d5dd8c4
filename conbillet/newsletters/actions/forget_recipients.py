"""Who got an issue is forgotten 30 days after it was sent (retention rule `mail_body`); the numbers stay."""

from datetime import datetime, timedelta

from django.db import transaction

from ..models import Issue, Recipient
from ..queries import progress_of

KEPT_FOR = timedelta(days=30)


def forget_recipients(*, now: datetime) -> int:
    """Delete the lists of issues that ended 30 days ago; returns how many rows."""
    total = 0
    old = Issue.objects.filter(finished_at__lt=now - KEPT_FOR, pk__in=Recipient.objects.values("issue"))
    for issue in old:
        with transaction.atomic():
            numbers = {state: count for state, count in vars(progress_of(issue)).items() if count}
            Issue.objects.filter(pk=issue.pk).update(outcome=numbers or {"left_out": 0})
            total += Recipient.objects.filter(issue=issue).delete()[0]
    return total
