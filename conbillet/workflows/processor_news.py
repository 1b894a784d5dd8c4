"""Sub-processors that change: every owner is mailed in time, and the operator hears of an objection."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from conbillet.accounts.models import Account
from conbillet.consents.processors import coming_list
from conbillet.consents.queries import texts
from conbillet.core import clock
from conbillet.core.clock import copenhagen_day
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.mail.models import OutgoingMail
from conbillet.organizations.models import ProcessorObjection, Role, RoleKind

KIND = "processors_coming"


def announce_processors(*, now: datetime) -> int:
    """Mail every owner about a list that was announced and does not apply yet, once for each association; how many mails.

    Runs every day: whoever becomes an owner in the meantime is told, too.
    """
    coming = coming_list(texts().processors, copenhagen_day(now))
    if coming is None:
        return 0
    told = set(OutgoingMail.objects.filter(kind=KIND, key__startswith=f"processors/{coming.name}/").values_list("key", flat=True))
    accounts = {one.person_id: one for one in Account.objects.filter(is_active=True, person__roles__kind=RoleKind.OWNER).select_related("person")}
    count = 0
    for role in Role.objects.filter(kind=RoleKind.OWNER, person__in=accounts).select_related("organization").order_by("pk"):
        key, account = f"processors/{coming.name}/{role.organization_id}/{role.person_id}", accounts[role.person_id]
        if key in told:
            continue
        with transaction.atomic():
            queue_mail(
                kind=KIND,
                key=key,
                recipient=account.email,
                language=account.person.language or "da",
                about=f"{coming.name}/{role.organization.slug}",
                organization_id=role.organization_id,
                person_id=role.person_id,
                now=now,
            )
        count += 1
    return count


@transaction.atomic
def processors_objected(*, objection: int) -> None:
    """Job: tell the operator, who answers before the change."""
    found = ProcessorObjection.objects.filter(pk=objection).first()
    if found is not None:
        queue_mail(
            kind="processors_objection",
            key=f"processors_objection/{found.pk}",
            recipient=settings.CONBILLET_OPERATOR["email"],
            language="da",
            about=str(found.pk),
            organization_id=None,
            person_id=None,
            now=clock.now(),
        )
