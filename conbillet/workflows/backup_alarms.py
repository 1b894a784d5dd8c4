"""Backups that fail or are late, and a disk that fills: the operator is told by mail, once a day while it lasts."""

from datetime import datetime

from django.conf import settings

from conbillet.core.clock import copenhagen_day
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.workflows.health import backups_now


def watch_backups(*, now: datetime) -> bool:
    """Whether there is something to tell. Runs every few minutes, by the worker: also when what makes the backups is dead."""
    health = backups_now(now=now)
    # A new installation has a day to make its first ones.
    troubles = [part for part in health.troubles if part.trouble != "never" or health.until is None]
    if not health.set_up or not (troubles or health.disk_is_filling):
        return False
    what = "_".join(sorted({part.kind for part in troubles} | ({"disk"} if health.disk_is_filling else set())))
    queue_mail(
        kind="backups_in_trouble",
        key=f"backups/{copenhagen_day(now)}/{what}"[:100],
        recipient=settings.CONBILLET_OPERATOR["email"],
        language="da",
        about="",
        organization_id=None,
        person_id=None,
        now=now,
    )
    return True
