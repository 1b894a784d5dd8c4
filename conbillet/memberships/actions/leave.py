"""Somebody leaves the association, or comes back."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..models import Member
from ..queries import last_paid_day


class CannotLeave(Exception):
    """The day cannot be; `message` says why."""

    message = _("The day of leaving cannot be after the last day that is paid for.")


class BeforeToday(CannotLeave):
    message = _("The last day as a member is today, or later.")


@transaction.atomic
def leave(*, member: Member, on: date | None, actor: Actor, now: datetime) -> Member:
    """Write down the last day as a member (a Copenhagen day), or None: not left. Dues that were paid stay evidence.

    The day may come, up to the last one that is paid for: until then the person is a member. Raises CannotLeave.
    """
    today = copenhagen_day(now)
    if on is not None and on > today and on > (last_paid_day(member) or today):
        raise CannotLeave
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.left_on == on:
        return member
    member.left_on = on
    member.save(update_fields=["left_on"])
    audit.record(
        action="member_left" if on else "member_came_back", actor=actor, now=now, organization_id=member.organization_id,
        object_kind="member", object_reference=member.member_no, subject=member.person_id,
    )  # fmt: skip
    return member
