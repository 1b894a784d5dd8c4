"""A ticket as the door sees it: whether it holds, whose it is, and what belongs to it. One statement reads all of it.

Of the holder only name, badge name and age band leave this module: no e-mail, no address, no date of birth.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from conbillet.catalogue.models import Event, ProductKind
from conbillet.core.prepared import fetch

from .ages import AgeBand, age_band

# What is given to somebody: merchandise, and meals as vouchers. A bed is only told.
HANDED_OUT = frozenset({ProductKind.MERCHANDISE.value, ProductKind.MEAL.value})


@dataclass(frozen=True)
class Thing:
    """One unit of an order that is handed over. `name` (order's reference and line) names it to the page."""

    name: str
    text: str
    kind: str
    handed_out_at: datetime | None


@dataclass(frozen=True)
class TicketAtDoor:
    """`things` belong to the holder, or to the order as a whole. `in_since` is the moment of the live check-in."""

    id: int
    event_id: int
    reference: str
    generation: int
    admits: bool
    voided_at: datetime | None
    void_reason: str
    order_state: str
    order_reference: str
    product: str
    kind: str
    valid_on: date | None
    badge_name: str
    name: str
    age_band: AgeBand
    in_since: datetime | None
    things: tuple[Thing, ...]
    beds: tuple[str, ...]

    @property
    def things_left(self) -> tuple[Thing, ...]:
        return tuple(thing for thing in self.things if thing.handed_out_at is None)


# Things of the order's other people are left out. A refunded line is one that another line reverses.
_SELECT = """
SELECT t.id, t.event_id, t.reference, t.generation, t.admits, t.voided_at, t.void_reason, o.state, o.reference, l.text,
       l.kind, p.valid_on, h.badge_name, h.name, h.birth_date, c.at,
       (SELECT json_agg(json_build_array(x.position, x.text, x.kind, g.at) ORDER BY x.position)
          FROM sales_orderline x LEFT JOIN tickets_handout g ON g.line_id = x.id
         WHERE x.order_id = o.id AND x.kind IN ('merchandise', 'meal', 'sleeping') AND x.reverses_id IS NULL
           AND (x.participant_id = t.participant_id OR x.participant_id IS NULL)
           AND NOT EXISTS (SELECT FROM sales_orderline r WHERE r.reverses_id = x.id))
  FROM tickets_ticket t
  JOIN sales_orderline l ON l.id = t.line_id
  JOIN sales_order o ON o.id = l.order_id
  LEFT JOIN catalogue_product p ON p.id = l.product_id
  LEFT JOIN sales_participant h ON h.id = t.participant_id
  LEFT JOIN tickets_checkin c ON c.ticket_id = t.id AND c.undone_at IS NULL
"""


def find_ticket(*, event: Event, reference: str, lock: bool = False) -> TicketAtDoor | None:
    """The association's ticket with that reference, of any of its events.

    `lock` keeps it as it is until the transaction ends: a refund, or a new code, waits for the check-in or comes first.
    """
    found = read_tickets(
        event,
        "WHERE t.reference = %s AND t.organization_id = %s" + (" FOR SHARE OF t" if lock else ""),
        [reference, event.organization_id],
    )
    return found[0] if found else None


def read_tickets(event: Event, conditions: str, parameters: Iterable[Any]) -> list[TicketAtDoor]:
    """Tickets by a condition of ours (`t` ticket, `l` line, `o` order, `h` holder); ages as of the event's first day."""
    found = fetch(_SELECT + conditions, list(parameters))
    return [_ticket(row, event.starts_on) for row in found]


def _ticket(row: tuple[Any, ...], first_day: date) -> TicketAtDoor:
    facts, (badge_name, name, birth_date, in_since, belongings) = row[:12], row[12:]
    order = facts[8]
    if isinstance(belongings, str):
        belongings = json.loads(belongings)
    things = [
        Thing(f"{order}-{position}", text, kind, datetime.fromisoformat(at) if at else None)
        for position, text, kind, at in belongings or ()
    ]
    about_holder = (badge_name or "", name or "", age_band(birth_date, first_day), in_since)
    given = tuple(thing for thing in things if thing.kind in HANDED_OUT)
    beds = tuple(thing.text for thing in things if thing.kind == ProductKind.SLEEPING)
    return TicketAtDoor(*(*facts, *about_holder, given, beds))
