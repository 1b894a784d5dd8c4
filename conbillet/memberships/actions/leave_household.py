"""A member moves out of a household of the register."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Member
from .share_household import end_if_alone


@transaction.atomic
def leave_household(*, member: Member, actor: Actor, now: datetime) -> None:
    """The others stay together, while there are two of them. Nothing happens where there is no household."""
    member = Member.objects.select_for_update(of=("self",)).select_related("household").get(pk=member.pk)
    household = member.household
    if household is None:
        return
    member.household = None
    member.save(update_fields=["household"])
    end_if_alone(household)
    audit.record(
        action="household_left", actor=actor, now=now, organization_id=member.organization_id,
        object_kind="member", object_reference=member.member_no, subject=member.person_id,
    )  # fmt: skip
