"""Correct what the register holds of a member."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..member_values import MemberValues
from ..models import Member


@transaction.atomic
def correct_member(*, member: Member, values: MemberValues, actor: Actor, now: datetime) -> list[str]:
    """Store what differs, and log which fields; their names. The person's profile is another thing and stays."""
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    differing = {name: value for name, value in values.columns(member).items() if getattr(member, name) != value}
    if not differing:
        return []
    for name, value in differing.items():
        setattr(member, name, value)
    member.save(update_fields=list(differing))
    audit.record(
        action="member_corrected", actor=actor, now=now, organization_id=member.organization_id,
        object_kind="member", object_reference=member.member_no, subject=member.person_id,
        fields=sorted(differing),
    )  # fmt: skip
    return sorted(differing)
