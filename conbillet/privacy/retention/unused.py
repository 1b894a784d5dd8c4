"""Accounts that nobody has used for three years: warned by mail, and deleted 30 days later (retention rule `account`)."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from conbillet.accounts.models import Account
from conbillet.core.actor import SYSTEM
from conbillet.core.clock import add_months, copenhagen_day, day_start
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.mail.models import OutgoingMail

from ..erasure.erase import CannotErase, erase
from ..erasure.notices import Address
from ..limits import held_people
from ..models import Erasure
from ..reach import subject_of

UNUSED_MONTHS = 36
WARNED_MONTHS = 35  # the warning comes a month before
MOST = 200  # a night; each is an erasure of its own


def unused(*, months: int, now: datetime) -> QuerySet[Account]:
    """Accounts that nobody logged in to, nor bought with, for so many months."""
    since = day_start(add_months(copenhagen_day(now), -months))
    silent = Q(last_login__lt=since) | Q(last_login__isnull=True, created_at__lt=since)
    used = Q(person__orders__placed_at__gte=since) | Q(person__participations__order__placed_at__gte=since)
    bought = Account.objects.filter(used).values("pk")
    mine = Account.objects.filter(silent).exclude(pk__in=bought).exclude(person__in=held_people(now=now).persons)
    return mine.select_related("person").order_by("pk")


def warn_unused(*, now: datetime) -> int:
    """Write once to whoever has not used the account for 35 months; returns how many."""
    warned = 0
    for account in unused(months=WARNED_MONTHS, now=now)[:MOST]:
        with transaction.atomic():
            if OutgoingMail.objects.filter(key=_key(account)).exists():
                continue
            queue_mail(
                kind="account_unused",
                key=_key(account),
                recipient=account.email,
                language=account.person.language or "da",
                about=str(account.pk),
                organization_id=None,
                person_id=account.person_id,
                now=now,
            )
            warned += 1
    return warned


def forget_unused(*, now: datetime) -> Counter[int | None]:
    """Warn, and erase whoever was warned a month ago and has not come back. A sole owner of an association stays."""
    warn_unused(now=now)
    before = day_start(add_months(copenhagen_day(now), WARNED_MONTHS - UNUSED_MONTHS))
    erased = 0
    for account in unused(months=UNUSED_MONTHS, now=now)[:MOST]:
        if not OutgoingMail.objects.filter(key=_key(account), created_at__lt=before).exists():
            continue
        address = Address(account.email, account.person.language or "da")
        subject = subject_of(account.person)
        try:
            erase(subject=subject, via=Erasure.Via.RETENTION, void_tickets=False, tell=address, actor=SYSTEM, now=now)
        except CannotErase:
            continue
        erased += 1
    return Counter({None: erased})


def _key(account: Account) -> str:
    """One warning for each time of silence: whoever comes back and leaves again is warned again."""
    return f"account_unused/{account.pk}/{copenhagen_day(account.last_login or account.created_at)}"
