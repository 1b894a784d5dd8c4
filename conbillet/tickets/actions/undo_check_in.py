"""Take a check-in back: the ticket can be used again."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.live import notify

from ..models import CheckIn, Ticket


class CannotUndo(Exception):
    """`message` says why, fit for the crew."""

    message = _("This check-in cannot be undone.")

    def __str__(self) -> str:
        return str(self.message)


class NotIn(CannotUndo):
    message = _("Nobody is in on this ticket.")


class ReasonMissing(CannotUndo):
    message = _("Say why it is undone.")


LONGEST_REASON = 120


def undo_check_in(*, ticket: Ticket, reason: str, actor: Actor, now: datetime) -> CheckIn:
    """Undo the ticket's live check-in, with a reason of at most 120 characters. Raises CannotUndo.

    The row stays, with who and why; it only stops being the live one. The reason is the crew's own words, so it stands there
    only, where it can be erased, and not in the log.
    """
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing
    # The ticket is locked first, as a check-in does, so that the two never meet halfway.
    Ticket.objects.select_for_update().get(pk=ticket.pk)
    live = CheckIn.objects.filter(ticket_id=ticket.pk, undone_at=None).first()
    if live is None:
        raise NotIn
    live.undone_at, live.undone_by_id, live.undo_reason = now, actor.person_id, reason
    live.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    audit.record(
        action="check_in_undone",
        actor=actor,
        now=now,
        organization_id=ticket.organization_id,
        object_kind="ticket",
        object_reference=ticket.reference,
    )
    notify(f"event:{ticket.event_id}")
    return live
