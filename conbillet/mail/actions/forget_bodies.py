"""What mails said, and to whom, is forgotten after 30 days (retention rule `mail_body`)."""

from datetime import datetime, timedelta

from django.db.models import Q

from ..models import OutgoingMail

KEPT_FOR = timedelta(days=30)


def forget_bodies(*, now: datetime) -> int:
    """Blank address, subject and text of mails that left the queue 30 days ago or more; returns how many.

    The row stays without them: its key is why the same mail is never sent twice.
    """
    over = Q(state__in=[OutgoingMail.State.SENT, OutgoingMail.State.FAILED], created_at__lt=now - KEPT_FOR)
    old = OutgoingMail.objects.filter(over).exclude(recipient="", subject="", text="", html="")
    return old.update(recipient="", subject="", text="", html="")
