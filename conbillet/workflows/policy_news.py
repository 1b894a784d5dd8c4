"""Tell everybody with an account about a version of the policy that is coming: once each, in batches."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from conbillet.accounts.models import Account
from conbillet.consents.models import PolicyVersion
from conbillet.consents.policy_texts import coming
from conbillet.consents.queries import texts
from conbillet.core import clock, rows
from conbillet.core.clock import copenhagen_day
from conbillet.core.facts import announce
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.mail.models import OutgoingMail

BATCH = 500
KIND = "policy_coming"


def announce_policy(*, now: datetime) -> str:
    """If a published version is coming, start telling people; returns its name, or nothing. Safe to repeat daily."""
    version = coming(texts().policies, copenhagen_day(now))
    if version is None or version.updated_on > copenhagen_day(now):
        return ""
    if not PolicyVersion.objects.filter(document="policy", updated_on=version.updated_on).exists():
        return ""
    if not _untold(version.name, 0).exists():
        return ""
    announce(KIND, version=version.name, after=0)
    return version.name


@transaction.atomic
def policy_coming(*, version: str, after: int) -> None:
    """Job: queue the mails of one batch of accounts, and announce the next. The mail's key keeps anybody from two."""
    now = clock.now()
    batch = list(_untold(version, after).select_related("person").order_by("pk")[:BATCH])
    with rows.gathered():
        for account in batch:
            queue_mail(
                kind=KIND,
                key=f"policy/{version}/{account.person_id}",
                recipient=account.email,
                language=account.person.language or "da",
                about=version,
                organization_id=None,
                person_id=account.person_id,
                now=now,
            )
        if len(batch) == BATCH:
            announce(KIND, version=version, after=batch[-1].pk)


def _untold(version: str, after: int) -> QuerySet[Account]:
    """Accounts in use that have not been written to about that version."""
    told = OutgoingMail.objects.filter(kind=KIND, about=version, person=OuterRef("person"))
    return Account.objects.filter(pk__gt=after, is_active=True).exclude(Exists(told))
