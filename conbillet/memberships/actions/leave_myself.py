"""A member leaves by themselves, or the guardian of one who is a child."""

from datetime import date, datetime

from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day

from ..models import Member
from .leave import BeforeToday, leave


def leave_myself(*, member: Member, on: date | None, actor: Actor, now: datetime) -> Member:
    """From today on, or a later day that is paid for; None takes it back while the day has not passed. Raises CannotLeave.

    Dues are not given back: that is the association's to decide, in its office.
    """
    today = copenhagen_day(now)
    if (on is not None and on < today) or (on is None and member.left_on is not None and member.left_on < today):
        raise BeforeToday
    return leave(member=member, on=on, actor=actor, now=now)
