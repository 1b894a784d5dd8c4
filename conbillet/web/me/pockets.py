"""My tickets, gathered by event: one pocket each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from conbillet.catalogue.models import Event
from conbillet.core.clock import copenhagen_day
from conbillet.tickets.queries import tickets_of_person
from conbillet.web.shop.ticket_card import ticket_shown


@dataclass
class Pocket:
    """One event and my tickets for it, the codes drawn."""

    event: Event
    shown: list[dict[str, Any]] = field(default_factory=list)


def pockets_of(*, person_id: UUID, now: datetime) -> list[Pocket]:
    """The events that are not over, the next one first."""
    pockets: dict[int, Pocket] = {}
    for ticket in tickets_of_person(person_id=person_id, ends_from=copenhagen_day(now)):
        if ticket.event_id not in pockets:
            ticket.event.organization = ticket.organization
            pockets[ticket.event_id] = Pocket(ticket.event)
        pocket = pockets[ticket.event_id]
        pocket.shown.append(ticket_shown(ticket, pocket.event))
    return list(pockets.values())
