"""Add what somebody wrote later to the case that it is about."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..models import Case, CaseNote
from .open_case import ANSWER_WITHIN


@transaction.atomic
def add_message(*, case: Case, text: str, written_at: datetime, actor: Actor, now: datetime) -> CaseNote:
    """The message; the case waits for us again, also when it was closed. A deadline that still runs stays as it is."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    note = CaseNote.objects.create(case=locked, kind=CaseNote.Kind.MESSAGE, text=text, at=written_at)
    if locked.state != Case.State.OPEN:
        locked.state, locked.closed_at = Case.State.OPEN, None
        locked.due_on = max(locked.due_on, copenhagen_day(written_at) + ANSWER_WITHIN)
        locked.save(update_fields=["state", "closed_at", "due_on"])
    audit.record(
        action="case_continued",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=locked.reference,
    )
    return note
