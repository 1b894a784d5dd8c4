"""Keep the files that came with a case's first mail, or with a later one."""

from collections.abc import Iterable
from datetime import datetime

from conbillet.core.references import new_reference
from conbillet.mail.incoming import Part

from ..attachments import take
from ..models import Case, CaseAttachment, CaseNote


def keep_attachments(
    *, case: Case, note: CaseNote | None, parts: Iterable[Part], now: datetime
) -> list[CaseAttachment]:
    """One row for each, also for those that were refused, so that nobody waits for a file that we do not have."""
    return CaseAttachment.objects.bulk_create(
        CaseAttachment(
            reference=new_reference(16),
            case=case,
            note=note,
            title=one.name,
            kind=one.kind,
            content=one.content,
            size=one.size,
            refused=one.refused,
            at=now,
        )
        for one in take(parts)
    )
