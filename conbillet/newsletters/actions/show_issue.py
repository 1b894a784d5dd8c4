"""Show an issue on the web, or take it off: at any time, also long after it was sent."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Issue


@transaction.atomic
def show_issue(*, issue: Issue, on_web: bool, actor: Actor, now: datetime) -> None:
    """From now on it can be read by everybody, or by nobody."""
    Issue.objects.filter(pk=issue.pk).update(on_web=on_web, updated_at=now)
    audit.record(
        action="newsletter_shown" if on_web else "newsletter_hidden", actor=actor, now=now,
        organization_id=issue.organization_id, object_kind="newsletter", object_reference=issue.reference,
    )  # fmt: skip
