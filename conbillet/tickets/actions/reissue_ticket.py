"""Issue a ticket anew: a new number, a new code and a new link; the older ones stop working."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.live import notify
from conbillet.core.references import new_reference

from ..codes import GREATEST_GENERATION
from ..models import CheckIn, Ticket


class CannotReissue(Exception):
    """`message` says why, fit for the visitor."""

    message = _("This ticket cannot be issued anew.")

    def __str__(self) -> str:
        return str(self.message)


class TicketVoided(CannotReissue):
    message = _("The ticket has been cancelled.")


class HolderIsIn(CannotReissue):
    message = _("The holder has been let in already.")


def reissue_ticket(*, ticket: Ticket, actor: Actor, now: datetime) -> Ticket:
    """Count the ticket's generation up and return it: a transfer, a lost phone. Needs a transaction; raises CannotReissue.

    Its number changes as well, since the crew can type it: it stands on the old ticket, in letters that anybody can read out.
    Its page gets a new address too, or the old link would show the new code. Sending the new one is the caller's.
    """
    fresh = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if fresh.voided_at is not None:
        raise TicketVoided
    if CheckIn.objects.filter(ticket_id=fresh.pk, undone_at=None).exists():
        raise HolderIsIn
    if fresh.generation >= GREATEST_GENERATION:
        raise CannotReissue
    fresh.generation += 1
    fresh.reference, fresh.access_key = new_reference(), new_reference(24)
    fresh.save(update_fields=["generation", "reference", "access_key"])
    audit.record(
        action="ticket_reissued",
        actor=actor,
        now=now,
        organization_id=fresh.organization_id,
        object_kind="ticket",
        object_reference=fresh.reference,
        generation=fresh.generation,
    )
    notify(f"event:{fresh.event_id}")
    return fresh
