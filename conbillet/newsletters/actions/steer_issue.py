"""Pause, go on, stop: while an issue is waiting for its time or is being sent."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..models import Issue

State = Issue.State
# What is asked → from which states, to which.
STEPS = {
    "pause": ({State.SENDING}, State.PAUSED),
    "resume": ({State.PAUSED}, State.SENDING),
    "stop": ({State.SENDING, State.PAUSED}, State.CANCELLED),
    "unschedule": ({State.SCHEDULED}, State.DRAFT),
}


class CannotSteer(Exception):
    """It is not where that could be done; the message is fit for the visitor."""


@transaction.atomic
def steer_issue(*, issue: Issue, do: str, actor: Actor, now: datetime) -> Issue:
    """Works on the very next mail: the statement that takes a receiver looks at the state. Raises CannotSteer."""
    row = Issue.objects.select_for_update().get(pk=issue.pk)
    before, after = STEPS[do]
    if row.state not in before:
        raise CannotSteer(_("That cannot be done any more. This is how it stands now."))
    row.state, row.updated_at = after, now
    if do == "stop":
        row.finished_at = now
    if do == "unschedule":
        row.scheduled_for = None
    row.turn += 1  # jobs that were under way end
    row.save(update_fields=["state", "updated_at", "finished_at", "scheduled_for", "turn"])
    audit.record(
        action=f"newsletter_{do}", actor=actor, now=now, organization_id=row.organization_id,
        object_kind="newsletter", object_reference=row.reference,
    )  # fmt: skip
    if do == "resume":
        announce("newsletter_due", issue=row.pk, turn=row.turn)
    return row
