"""Close a case: from then on its two years run."""

from datetime import datetime

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Case


def close_case(*, case: Case, actor: Actor, now: datetime) -> bool:
    """Close it; False when it was closed already."""
    changed = (
        Case.objects.filter(pk=case.pk).exclude(state=Case.State.CLOSED).update(state=Case.State.CLOSED, closed_at=now)
    )
    if changed:
        audit.record(
            action="case_closed",
            actor=actor,
            now=now,
            organization_id=None,
            object_kind="case",
            object_reference=case.reference,
        )
    return bool(changed)
