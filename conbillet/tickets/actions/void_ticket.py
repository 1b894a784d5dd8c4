"""Make tickets worthless: their lines were refunded or cancelled."""

from collections.abc import Collection
from datetime import datetime

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.live import notify
from conbillet.sales.models import OrderLine

from ..models import CheckIn, HandOut, Ticket


class TicketUsed(Exception):
    """Somebody was let in on one of the lines, or something was handed out. The caller decides what to say."""


def void_ticket(
    *, lines: Collection[OrderLine], reason: str, actor: Actor, now: datetime, even_if_used: bool = False
) -> list[Ticket]:
    """Void the live tickets of some lines and return them; `reason` is one word, such as "refunded". Needs a transaction.

    Raises TicketUsed unless `even_if_used`. The tickets are locked before that is asked: a check-in at the same moment
    comes first and is seen, or comes after and is refused.
    """
    tickets = list(Ticket.objects.select_for_update().filter(line__in=lines, voided_at=None).order_by("pk"))
    if not even_if_used and _used(lines):
        raise TicketUsed
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(voided_at=now, void_reason=reason)
    for ticket in tickets:
        ticket.voided_at, ticket.void_reason = now, reason
        audit.record(
            action="ticket_voided",
            actor=actor,
            now=now,
            organization_id=ticket.organization_id,
            object_kind="ticket",
            object_reference=ticket.reference,
            reason=reason,
        )
    for event_id in {ticket.event_id for ticket in tickets}:
        notify(f"event:{event_id}")
    return tickets


def _used(lines: Collection[OrderLine]) -> bool:
    return (
        CheckIn.objects.filter(ticket__line__in=lines, undone_at=None).exists()
        or HandOut.objects.filter(line__in=lines).exists()
    )
