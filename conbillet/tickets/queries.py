"""What the door reads: how many are in, who was let in last, who is meant by a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import Func, OrderBy
from django.db.models.fields import TextField

from conbillet.catalogue.models import Event
from conbillet.core import rows
from conbillet.core.clock import COPENHAGEN
from conbillet.core.references import BadReference, normalise
from conbillet.sales.figures import UNITS_OF_EVENT
from conbillet.sales.models import Order, OrderLine, Participant

from .at_door import TicketAtDoor, read_tickets
from .models import Ticket

MOST_FOUND = 30
LONGEST_SEARCH = 80
_REFERENCE = 12


@dataclass(frozen=True)
class ProductCount:
    """How many tickets of a product there are, and how many of their holders are in."""

    product: str
    tickets: int
    inside: int


@dataclass(frozen=True)
class HourCount:
    """How many were let in during the hour that begins at `hour` (Copenhagen)."""

    hour: datetime
    inside: int


@dataclass(frozen=True)
class Counters:
    """Entrance tickets that hold, and how many of them are in; by product and, for the last day, by hour."""

    tickets: int
    inside: int
    products: tuple[ProductCount, ...]
    hours: tuple[HourCount, ...]


@dataclass(frozen=True)
class LetIn:
    """One of the last check-ins. `undone` says that it was taken back."""

    ticket: str
    name: str
    product: str
    at: datetime
    undone: bool


@dataclass(frozen=True)
class UnpaidOrder:
    """An order without tickets, because it is not paid. `at_door` says that it may be paid here; `amount` in øre."""

    reference: str
    buyer_name: str
    people: tuple[str, ...]
    amount: int
    at_door: bool


@dataclass(frozen=True)
class Found:
    """What a search at the door gave; `more` says that there was more than fits."""

    tickets: tuple[TicketAtDoor, ...]
    unpaid: tuple[UnpaidOrder, ...]
    more: bool


# What was sold and not taken back, as `sales` has it folded, less the tickets that were voided because somebody was erased;
# and who is in, as it is folded here. It costs the same however many tickets there are.
_BY_PRODUCT = f"""
SELECT p.name_da, (coalesce(s.units, 0) - coalesce(e.tickets, 0))::int, coalesce(i.people, 0)::int
  FROM catalogue_product p
  LEFT JOIN ({UNITS_OF_EVENT}) s ON s.product_id = p.id
  LEFT JOIN (SELECT l.product_id, count(*) AS tickets FROM tickets_ticket t JOIN sales_orderline l ON l.id = t.line_id
              WHERE t.event_id = %(event)s AND t.void_reason = 'erased' AND NOT EXISTS (SELECT FROM sales_orderline r WHERE r.reverses_id = l.id)
              GROUP BY 1) e ON e.product_id = p.id
  LEFT JOIN (SELECT product_id, sum(people) AS people FROM (
      SELECT product_id, people FROM tickets_insidecount WHERE event_id = %(event)s
       UNION ALL
      SELECT l.product_id, CASE WHEN c.counted THEN -1 ELSE 1 END FROM tickets_checkin c
        JOIN tickets_ticket t ON t.id = c.ticket_id JOIN sales_orderline l ON l.id = t.line_id
       WHERE c.event_id = %(event)s AND ((c.undone_at IS NULL AND NOT c.counted) OR (c.undone_at IS NOT NULL AND c.counted))
  ) AS fresh GROUP BY 1) i ON i.product_id = p.id
 WHERE p.event_id = %(event)s AND p.organization_id = %(organization)s AND p.kind IN ('ticket', 'day_ticket')
   AND coalesce(s.units, 0) > 0
 ORDER BY p.position, p.id
"""  # noqa: S608  our own text
_INSIDE = """
SELECT coalesce((SELECT sum(people) FROM tickets_insidecount WHERE event_id = %(event)s), 0) + coalesce((
    SELECT sum(CASE WHEN counted THEN -1 ELSE 1 END) FROM tickets_checkin
     WHERE event_id = %(event)s AND ((undone_at IS NULL AND NOT counted) OR (undone_at IS NOT NULL AND counted))
), 0)
"""
_BY_HOUR = """
SELECT date_trunc('hour', at), count(*) FROM tickets_checkin
 WHERE event_id = %s AND organization_id = %s AND undone_at IS NULL AND at >= %s GROUP BY 1 ORDER BY 1
"""
_LAST = """
SELECT t.reference, coalesce(nullif(h.badge_name, ''), h.name, ''), l.text, c.at, c.undone_at IS NOT NULL
  FROM tickets_checkin c JOIN tickets_ticket t ON t.id = c.ticket_id JOIN sales_orderline l ON l.id = t.line_id
  LEFT JOIN sales_participant h ON h.id = t.participant_id
 WHERE c.event_id = %s AND c.organization_id = %s ORDER BY c.at DESC, c.id DESC LIMIT %s
"""


def by_product(*, event: Event) -> tuple[ProductCount, ...]:
    """Entrance tickets that hold, and who is in, by product: one statement, whatever the size of the event."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_PRODUCT, {"events": [event.pk], "event": event.pk, "organization": event.organization_id})
        return tuple(ProductCount(*row) for row in cursor.fetchall())


def counters(*, event: Event, now: datetime) -> Counters:
    """Two statements, whatever the size of the event."""
    products = by_product(event=event)
    with connection.cursor() as cursor:
        cursor.execute(_BY_HOUR, [event.pk, event.organization_id, now - timedelta(hours=24)])
        hours = tuple(HourCount(hour.astimezone(COPENHAGEN), inside) for hour, inside in cursor.fetchall())
    return Counters(sum(one.tickets for one in products), sum(one.inside for one in products), products, hours)


def people_inside(*, event: Event) -> int:
    """How many live check-ins there are: those counted so far, and what has changed since then."""
    with connection.cursor() as cursor:
        cursor.execute(_INSIDE, {"event": event.pk})
        return int(cursor.fetchone()[0])


def last_let_in(*, event: Event, limit: int = 8) -> list[LetIn]:
    """The last check-ins at any door of the event, the newest first, those that were undone too."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [event.pk, event.organization_id, limit])
        return [LetIn(*row) for row in cursor.fetchall()]


_OFFLINE = """
SELECT t.reference, t.generation,
       CASE WHEN t.voided_at IS NOT NULL OR o.state <> 'paid' OR e.state = 'cancelled' THEN 'void' WHEN NOT t.admits THEN 'no_entrance'
            WHEN c.id IS NOT NULL THEN 'in' ELSE '' END,
       coalesce(to_char(p.valid_on, 'YYYY-MM-DD'), '')
  FROM tickets_ticket t
  JOIN sales_orderline l ON l.id = t.line_id
  JOIN sales_order o ON o.id = l.order_id
  JOIN catalogue_event e ON e.id = t.event_id
  LEFT JOIN catalogue_product p ON p.id = l.product_id
  LEFT JOIN tickets_checkin c ON c.ticket_id = t.id AND c.undone_at IS NULL
 WHERE t.event_id = %s AND t.organization_id = %s ORDER BY t.id
"""


def without_network(*, event: Event) -> list[tuple[str, int, str, str]]:
    """What a door needs while the network is away: reference, generation, state and day of each ticket. Nobody's name.

    The state is `void`, `no_entrance`, `in`, or empty: may come in. The day is empty for a ticket of all days.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OFFLINE, [event.pk, event.organization_id])
        return cursor.fetchall()


def search(*, event: Event, text: str) -> Found:
    """Tickets and unpaid orders by name, badge name, or the reference of order or ticket; in Danish order of names.

    Each word must be found in the holder's (or the buyer's) name. E-mail addresses and whatever else the door may not
    see are not searched either: a search that finds would tell.
    """
    words = text[:LONGEST_SEARCH].split()
    if not words:
        return Found((), (), False)
    holder = " AND ".join(["(h.name ILIKE %s OR h.badge_name ILIKE %s)"] * len(words))
    buyer = " AND ".join(["o.buyer_name ILIKE %s"] * len(words))
    patterns = [f"%{_escaped(word)}%" for word in words]
    conditions = (
        f" WHERE t.event_id = %s AND t.organization_id = %s AND t.admits AND (({holder}) OR ({buyer})"
        " OR t.reference = %s OR o.reference = %s)"
        " ORDER BY conbillet_sort_key(coalesce(h.name, o.buyer_name)), t.id LIMIT %s"
    )
    reference = _reference(text)
    parameters = [event.pk, event.organization_id, *[p for pattern in patterns for p in (pattern, pattern)], *patterns]
    tickets = read_tickets(event, conditions, [*parameters, reference, reference, MOST_FOUND + 1])
    unpaid = _unpaid(event, words, reference)
    more = len(tickets) > MOST_FOUND or len(unpaid) > MOST_FOUND
    return Found(tuple(tickets[:MOST_FOUND]), tuple(unpaid[:MOST_FOUND]), more)


def tickets_of(*, event: Event, order: Order) -> list[TicketAtDoor]:
    """The entrance tickets of one order."""
    conditions = "WHERE l.order_id = %s AND t.event_id = %s AND t.admits ORDER BY l.position"
    return read_tickets(event, conditions, [order.pk, event.pk])


def _unpaid(event: Event, words: list[str], reference: str) -> list[UnpaidOrder]:
    named, held = Q(), Q()
    for word in words:
        named &= Q(buyer_name__icontains=word)
        held &= Q(name__icontains=word) | Q(badge_name__icontains=word)
    waiting = Order.objects.filter(
        organization_id=event.organization_id, event=event, state=Order.State.AWAITING_PAYMENT
    )
    by_holder = Participant.objects.filter(held, organization_id=event.organization_id, order__in=waiting)
    orders = (
        waiting.filter(named | Q(reference=reference) | Q(pk__in=by_holder.values("order")))
        .prefetch_related("participants")
        .order_by(OrderBy(Func("buyer_name", function="conbillet_sort_key", output_field=TextField())), "pk")
    )
    return [
        UnpaidOrder(
            order.reference,
            order.buyer_name,
            tuple(person.badge_name or person.name for person in order.participants.all()),
            order.amount,
            order.method == Order.Method.DOOR,
        )
        for order in orders[: MOST_FOUND + 1]
    ]


def _reference(text: str) -> str:
    """The reference that the text may be; a text that no row has when it cannot be one."""
    try:
        found = normalise(text)
    except BadReference:
        return "-"
    return found if len(found) == _REFERENCE else "-"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def tickets_of_order(order: Order) -> QuerySet[Ticket]:
    """The order's tickets, also those that no longer hold, with whom they are for and what they are for."""
    return (
        Ticket.objects.filter(line__order=order)
        .select_related("line__order", "line__product", "participant")
        .order_by("line__position")
    )


def tickets_of_participant(person: Participant) -> QuerySet[Ticket]:
    """The tickets of one person on an order that hold."""
    return (
        Ticket.objects.filter(participant=person, voided_at=None)
        .select_related("line__order", "line__product", "participant")
        .order_by("line__position")
    )


def tickets_for(lines: Sequence[OrderLine]) -> list[Ticket]:
    """The tickets of these lines (with their participants loaded), in the lines' order, for a page that shows both."""
    by_line = {line.pk: line for line in lines}
    found = rows.read("FROM tickets_ticket t WHERE t.line_id = ANY(%s)", [list(by_line)], t=Ticket)
    for ticket in found:
        ticket.line = by_line[ticket.line_id]
        ticket.participant = ticket.line.participant
    return sorted(found, key=lambda ticket: int(ticket.line.position))


def tickets_of_person(*, person_id: UUID, ends_from: date) -> QuerySet[Ticket]:
    """The person's own tickets that hold, for events that end on that day or later, the next event first."""
    return (
        Ticket.objects.filter(participant__person=person_id, voided_at=None, event__ends_on__gte=ends_from)
        .select_related("event", "organization", "line__order", "line__product", "participant")
        .order_by("event__starts_on", "event", "line__order", "line__position")
    )
