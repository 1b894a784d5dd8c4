"""Throw a draft away. What was sent stays: people have it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Issue
from .write_issue import CannotWrite


@transaction.atomic
def delete_issue(*, issue: Issue, actor: Actor, now: datetime) -> None:
    """Raises CannotWrite for anything but a draft."""
    if not Issue.objects.filter(pk=issue.pk, state=Issue.State.DRAFT).delete()[0]:
        raise CannotWrite(_("Only a draft can be thrown away."))
    audit.record(
        action="newsletter_deleted", actor=actor, now=now, organization_id=issue.organization_id,
        object_kind="newsletter", object_reference=issue.reference,
    )  # fmt: skip
