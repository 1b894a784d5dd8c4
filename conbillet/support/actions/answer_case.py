"""Answer a case, or write a note to it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Case, CaseNote

ACTIONS: dict[str, str] = {CaseNote.Kind.ANSWER: "case_answered", CaseNote.Kind.REFUSAL: "case_refused"}


class CaseClosed(Exception):
    """There is nothing more to say in a closed case."""

    message = _("This case is closed.")


@transaction.atomic
def answer_case(*, case: Case, text: str, kind: str, actor: Actor, now: datetime) -> CaseNote:
    """Add an answer or a refusal (the caller queues its mail), or a note for ourselves. Raises CaseClosed."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if locked.state == Case.State.CLOSED:
        raise CaseClosed
    note = CaseNote.objects.create(case=locked, kind=kind, text=text, at=now, by_id=actor.person_id)
    if kind in {CaseNote.Kind.ANSWER, CaseNote.Kind.REFUSAL}:
        locked.state = Case.State.ANSWERED
        if kind == CaseNote.Kind.REFUSAL:
            locked.outcome = Case.Outcome.REFUSED
        locked.save(update_fields=["state", "outcome"])
    audit.record(
        action=ACTIONS.get(kind, "case_noted"),
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=case.reference,
    )
    return note
