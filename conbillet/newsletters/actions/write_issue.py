"""Write an issue, or write on it, as long as it has not begun to be sent."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.catalogue.models import Event
from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.references import new_reference

from ..models import Issue
from ..writing import one_line


class CannotWrite(Exception):
    """It is on its way already; the message is fit for the visitor."""


@dataclass(frozen=True)
class Words:
    """What an issue says, to whom, and whether it can be read on the web afterwards."""

    subject_da: str = ""
    text_da: str = ""
    subject_en: str = ""
    text_en: str = ""
    audience: str = Issue.Audience.SUBSCRIBERS
    event: Event | None = None
    on_web: bool = True


@transaction.atomic
def write_issue(*, issue: Issue | None, words: Words, organization_id: int | None, actor: Actor, now: datetime) -> Issue:
    """Store it, as a draft: one that was scheduled has to be scheduled again. Raises CannotWrite."""
    if issue is not None:
        issue = Issue.objects.select_for_update().get(pk=issue.pk)
        if not issue.is_open:
            raise CannotWrite(_("It has been sent, or is being sent: it cannot be changed any more."))
    row = issue or Issue(reference=new_reference(), organization_id=organization_id, created_at=now)
    row.subject_da, row.subject_en = one_line(words.subject_da), one_line(words.subject_en)
    row.text_da, row.text_en = words.text_da, words.text_en
    row.audience, row.on_web = words.audience, words.on_web
    row.event_id = words.event.pk if words.event is not None and words.audience == Issue.Audience.EVENT else None
    row.state, row.scheduled_for, row.updated_at = Issue.State.DRAFT, None, now
    row.save()
    audit.record(
        action="newsletter_written", actor=actor, now=now, organization_id=organization_id, object_kind="newsletter",
        object_reference=row.reference,
    )  # fmt: skip
    return row
