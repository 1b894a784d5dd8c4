"""Send an issue: now, or at a time. From then on a job does it, whatever becomes of the page."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..models import Issue

FARTHEST = timedelta(days=365)


class CannotSend(Exception):
    """The message says why, fit for the visitor."""


@transaction.atomic
def start_issue(*, issue: Issue, at: datetime | None, audience: int, actor: Actor, now: datetime) -> Issue:
    """Schedule it for `at`, or for now. `audience` is the number of receivers that was shown. Raises CannotSend.

    Pressed twice it is sent once: the second press finds it scheduled.
    """
    row = Issue.objects.select_for_update().get(pk=issue.pk)
    if row.state != Issue.State.DRAFT:
        raise CannotSend(_("It is on its way already."))
    if not row.languages:
        raise CannotSend(_("It needs a subject and a text first, in one language at least."))
    if audience < 1:
        raise CannotSend(_("There is nobody to send it to yet."))
    if at is not None and not now < at <= now + FARTHEST:
        raise CannotSend(_("Choose a time that is still to come, within a year."))
    row.state, row.scheduled_for, row.updated_at = Issue.State.SCHEDULED, at or now, now
    row.save(update_fields=["state", "scheduled_for", "updated_at"])
    audit.record(
        action="newsletter_started", actor=actor, now=now, organization_id=row.organization_id,
        object_kind="newsletter", object_reference=row.reference, receivers=audience, at=row.scheduled_for,
    )  # fmt: skip
    announce("newsletter_due", at=at, issue=row.pk, turn=row.turn)
    return row
