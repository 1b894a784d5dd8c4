"""Breaches of security: the letters to whom they concern, the reminders before 72 hours are over, the report as a file."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from conbillet.accounts.models import Account
from conbillet.core import clock
from conbillet.core.facts import announce
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.privacy.models import Breach, BreachSubject
from conbillet.sales.models import Order

BATCH = 500
# How long before its end the operator is reminded, from the last to the first; "0" is when time is up.
STAGES = (timedelta(0), timedelta(hours=6), timedelta(hours=24), timedelta(hours=48))


@transaction.atomic
def tell_persons_concerned(*, breach: int) -> None:
    """Job: queue the letters of one batch, and announce the next. Who is named twice, or told already, gets one."""
    now = clock.now()
    found = Breach.objects.select_for_update().get(pk=breach)
    batch = list(found.subjects.filter(told_at=None).order_by("pk")[:BATCH])
    accounts = {
        account.person_id: account
        for account in Account.objects.select_related("person").filter(
            person__in=[one.subject_id for one in batch if one.subject_id]
        )
    }
    languages = dict(
        Order.objects.filter(buyer_email__in=[one.email for one in batch if one.email])
        .order_by("placed_at")
        .values_list("buyer_email", "language")
    )
    for one in batch:
        account = accounts.get(one.subject_id) if one.subject_id else None
        recipient = account.email if account else one.email
        if recipient:  # without: erased since, or a child without an address, whose guardian stands on the order
            queue_mail(
                kind="breach_told",
                key=f"breach_told/{found.reference}/{one.pk}",
                recipient=recipient,
                language=(account.person.language if account else languages.get(one.email)) or "da",
                about=found.reference,
                organization_id=None,
                person_id=account.person_id if account else None,
                now=now,
            )
    BreachSubject.objects.filter(pk__in=[one.pk for one in batch]).update(told_at=now)
    if len(batch) == BATCH:
        announce("breach_tell", breach=breach)
    else:
        Breach.objects.filter(pk=breach, persons_told_at=None).update(persons_told_at=now)


def remind_of_breaches(*, now: datetime) -> int:
    """Write to the operator while nobody has reported a breach, nor said why not: at once, and 48, 24, 6 and 0 hours
    before time is up, each once. Runs every few minutes; how many breaches wait."""
    count = 0
    for breach in Breach.objects.filter(closed_at=None, reported_at=None, not_reported_why="").order_by("report_by_at"):
        left = breach.report_by_at - now
        stage = next((one for one in STAGES if left <= one), None)
        name = "new" if stage is None else str(int(stage.total_seconds()) // 3600)
        queue_mail(
            kind="breach_pressing",
            key=f"breach_pressing/{breach.reference}/{name}",
            recipient=settings.CONBILLET_OPERATOR["email"],
            language="da",
            about=breach.reference,
            organization_id=None,
            person_id=None,
            now=now,
        )
        count += 1
    return count


def untold_without_address(breach: Breach) -> int:
    """How many of those who are named cannot be written to: no account, no address."""
    known = Account.objects.filter(person__in=breach.subjects.exclude(subject_id=None).values("subject_id"))
    named = breach.subjects.filter(email="")
    return named.exclude(subject_id__in=known.values("person_id")).count()
