"""Say what a case is about, where its first sorting was wrong."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..models import Case
from .open_case import due_on


@transaction.atomic
def sort_case(*, case: Case, kind: str, actor: Actor, now: datetime) -> Case:
    """The case with its new kind, and the deadline that this kind has from the day it came. ValueError for no kind."""
    if kind not in Case.Kind.values:
        raise ValueError(kind)
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if locked.kind == kind:
        return locked
    locked.kind = kind
    if locked.extended_at is None:
        locked.due_on = due_on(kind, copenhagen_day(locked.created_at))
    locked.save(update_fields=["kind", "due_on"])
    audit.record(
        action="case_sorted",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=locked.reference,
        kind=kind,
    )
    return locked
