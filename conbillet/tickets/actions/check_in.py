"""Let the holder of a ticket in, once. A unique row decides; everything before it only explains."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conbillet.catalogue.models import Event
from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day
from conbillet.core.live import notify
from conbillet.core.prepared import fetch
from conbillet.core.references import BadReference, normalise
from conbillet.core.rows import ConditionFailed, gathered
from conbillet.sales.models import Order

from ..at_door import TicketAtDoor, find_ticket
from ..codes import PREFIX, BadCode, BadSignature, UnknownKey, verify
from ..keys import ticket_keys
from ..refusals import (
    AlreadyIn,
    DoesNotAdmit,
    EventCalledOff,
    Forged,
    NotAdmitted,
    NotPaid,
    OtherEvent,
    Refunded,
    Transferred,
    UnknownCode,
    Unreadable,
    Voided,
    WrongDay,
)

__all__ = ["Admission", "NotAdmitted", "check_in"]

LATEST_NEWS = timedelta(days=2)  # how old a check-in may be that a device sends when its network is back

_LET_IN = """
INSERT INTO tickets_checkin (organization_id, ticket_id, event_id, at, by_id, device, scan, undo_reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, '')
ON CONFLICT (ticket_id) WHERE undone_at IS NULL DO NOTHING RETURNING id
"""
_WHO_IS_IN = """
SELECT c.at, c.scan, r.kind FROM tickets_checkin c
  LEFT JOIN organizations_role r ON r.person_id = c.by_id AND r.organization_id = c.organization_id
 WHERE c.ticket_id = %s AND c.undone_at IS NULL
"""


@dataclass(frozen=True)
class Admission:
    """Yes: the holder may come in. `at` is the moment of the check-in, earlier than now for a repeated request."""

    ticket: TicketAtDoor
    at: datetime


def check_in(
    *,
    event: Event,
    code: str,
    actor: Actor,
    device: str,
    now: datetime,
    scan: str = "",
    scanned_at: datetime | None = None,
) -> Admission:
    """Let in by the text of a QR code, or by a typed ticket reference. Needs a transaction.

    `device` says which phone or laptop did it (at most 40 characters). `scan` is a random text of at most 36 characters:
    the same scan sent twice, because an answer was lost, is answered the same. `scanned_at` is when somebody was let in
    without network, by the device's clock; believed for two days, and never later than now. Raises a NotAdmitted, and
    then nothing has changed.
    """
    at = scanned_at if scanned_at and now - LATEST_NEWS < scanned_at < now else now
    reference, generation = _read(event, code)
    ticket = find_ticket(event=event, reference=reference, lock=True)
    if ticket is None:
        # We made the code, for this event, and no ticket has its number any more: it was issued anew.
        raise _no_ticket(event, reference) if generation is None else Transferred()
    _refuse(event, ticket, generation, at)
    values: list[Any] = [event.organization_id, ticket.id, event.pk, at, actor.person_id, device[:40], scan[:36]]
    try:
        with gathered(condition=(_LET_IN, values)):
            audit.record(
                action="ticket_checked_in",
                actor=actor,
                now=now,
                organization_id=event.organization_id,
                object_kind="ticket",
                object_reference=ticket.reference,
            )
            notify(f"event:{event.pk}")
    except ConditionFailed:
        # Nobody can take the other check-in back meanwhile: that waits for our lock on the ticket.
        ((since, same_scan, role),) = fetch(_WHO_IS_IN, [ticket.id])
        if scan and same_scan == scan[:36]:
            return Admission(ticket, since)
        raise AlreadyIn(since, role or "", now, ticket) from None
    return Admission(ticket, at)


def _read(event: Event, code: str) -> tuple[str, int | None]:
    """The ticket's reference and, from a QR code, its generation."""
    text = code.strip()
    if text[: len(PREFIX)].upper() == PREFIX:
        try:
            said = verify(text, ticket_keys().public_keys())
        except (BadSignature, UnknownKey):
            raise Forged from None
        except BadCode:
            raise Unreadable from None
        if said.event != event.reference:
            raise OtherEvent(_name_of(event, said.event))
        return said.ticket, said.generation
    try:
        return normalise(text), None
    except BadReference:
        raise Unreadable from None


def _no_ticket(event: Event, reference: str) -> NotAdmitted:
    """Somebody may have typed the order's reference: an unpaid order has no tickets yet."""
    order = Order.objects.filter(organization_id=event.organization_id, event=event, reference=reference).first()
    if order is not None and order.state == Order.State.AWAITING_PAYMENT:
        return NotPaid(order.reference)
    return UnknownCode()


def _refuse(event: Event, ticket: TicketAtDoor, generation: int | None, at: datetime) -> None:
    if ticket.event_id != event.pk:
        name = Event.objects.filter(pk=ticket.event_id).values_list("name", flat=True).first()
        raise OtherEvent(name or "")
    if generation is not None and generation != ticket.generation:
        raise Transferred(ticket)
    if ticket.voided_at is not None:
        raise (Refunded if ticket.void_reason == "refunded" else Voided)(ticket)
    if event.state == Event.State.CANCELLED:
        raise EventCalledOff(ticket)
    if ticket.order_state != Order.State.PAID:
        raise NotPaid(ticket.order_reference, ticket)
    if not ticket.admits:
        raise DoesNotAdmit(ticket)
    if ticket.valid_on is not None and ticket.valid_on != copenhagen_day(at):
        raise WrongDay(ticket.valid_on, ticket)


def _name_of(event: Event, reference: str) -> str:
    other = Event.objects.filter(organization_id=event.organization_id, reference=reference)
    return other.values_list("name", flat=True).first() or ""
