"""Take more time for a case, as the law allows it: two months, once, said with the reasons within the first month."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import add_months, copenhagen_day

from ..models import Case, CaseNote
from .open_case import MONTHS, MOST_MONTHS


class CannotExtend(Exception):
    """`message` says why not, fit for the page."""

    message = _("Only what the law gives a month can be extended, and only once.")

    def __str__(self) -> str:
        return str(self.message)


class TooLateToExtend(CannotExtend):
    message = _("The first month is over. More time has to be told within it, so answer now.")


class NoReason(CannotExtend):
    message = _("Say why it takes longer. The person gets to read it.")


@transaction.atomic
def extend_case(*, case: Case, reason: str, actor: Actor, now: datetime) -> CaseNote:
    """The new day is three months from receipt: received 31 January, due 30 April. The caller queues the mail.

    Raises a CannotExtend.
    """
    locked = Case.objects.select_for_update().get(pk=case.pk)
    received = copenhagen_day(locked.created_at)
    if not locked.is_right or locked.extended_at is not None or locked.state == Case.State.CLOSED:
        raise CannotExtend
    if copenhagen_day(now) > add_months(received, MONTHS):
        raise TooLateToExtend
    if len(reason.split()) < 3:
        raise NoReason
    locked.due_on, locked.extended_at = add_months(received, MOST_MONTHS), now
    locked.save(update_fields=["due_on", "extended_at"])
    audit.record(
        action="case_extended",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="case",
        object_reference=locked.reference,
    )
    return CaseNote.objects.create(
        case=locked, kind=CaseNote.Kind.EXTENSION, text=reason, at=now, by_id=actor.person_id
    )
