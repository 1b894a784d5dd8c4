"""A member wants no mail about the end of memberships, or wants it again."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Member


@transaction.atomic
def stop_reminders(*, member: Member, wanted: bool = False, actor: Actor, now: datetime) -> None:
    """From the next mail on. Asking twice changes nothing."""
    changed = Member.objects.filter(pk=member.pk, wants_reminders=not wanted).update(wants_reminders=wanted)
    if changed:
        audit.record(
            action="reminders_wanted" if wanted else "reminders_stopped", actor=actor, now=now,
            organization_id=member.organization_id, object_kind="member", object_reference=member.member_no,
            subject=member.person_id,
        )  # fmt: skip
