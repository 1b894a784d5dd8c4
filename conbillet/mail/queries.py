"""Reads that pages need. Never a mail's body: only what kind it was, and how far it got."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from .models import OutgoingMail

# What `send_mail` notes when a mail had lost its reason by the time of sending: nothing that anybody must look at.
NOTHING_TO_SAY = "there is nothing to say any more"


def failed_mails(*, organization_id: int, since: datetime) -> QuerySet[OutgoingMail]:
    """An association's mails since an instant that could not be delivered."""
    failed = OutgoingMail.objects.filter(
        organization_id=organization_id, state=OutgoingMail.State.FAILED, created_at__gte=since
    )
    return failed.exclude(last_error=NOTHING_TO_SAY)


def mails_about(*, organization_id: int, abouts: Collection[str]) -> QuerySet[OutgoingMail]:
    """The mails about some things, oldest first, without subjects and bodies."""
    found = OutgoingMail.objects.filter(organization_id=organization_id, about__in=abouts)
    return found.defer(*OutgoingMail.office_hidden).order_by("created_at", "pk")
