"""The only way by which a page obtains a ticket or an order line: the door from an event of the actor's association, a
holder by the ticket's own link."""

from conbillet.catalogue.models import Event
from conbillet.core.prepared import columns, fetch_one, made
from conbillet.core.references import same_secret
from conbillet.organizations.access import NotFound, Standing
from conbillet.sales.models import OrderLine

from .models import Ticket

_EVENT = f"SELECT {columns(Event, 'e')} FROM catalogue_event e WHERE e.organization_id = %s AND e.slug = %s"  # noqa: S608  our own names only


def get_event_at_door(*, standing: Standing, slug: str) -> Event:
    """The association's event with that slug; NotFound for any other. As `catalogue.access.get_event`, but quicker."""
    row = fetch_one(_EVENT, [standing.organization.pk, slug])
    if row is None:
        raise NotFound
    event = made(Event, row)
    event.organization = standing.organization
    return event


def get_ticket(*, event: Event, reference: str) -> Ticket:
    """A ticket of this very event; NotFound for any other."""
    ticket = Ticket.objects.filter(
        organization_id=event.organization_id, event_id=event.pk, reference=reference
    ).first()
    if ticket is None:
        raise NotFound
    return ticket


def get_thing(*, event: Event, name: str) -> OrderLine:
    """The order line that `Thing.name` names (order's reference and line number), of this very event."""
    order, _dash, position = name.rpartition("-")
    if not (position.isascii() and position.isdigit() and len(position) < 5):
        raise NotFound
    line = OrderLine.objects.filter(
        organization_id=event.organization_id, order__event_id=event.pk, order__reference=order, position=position
    ).first()
    if line is None:
        raise NotFound
    return line


def get_ticket_by_link(*, reference: str, access_key: str) -> Ticket:
    """A ticket opened by its own link (reference and secret). Raises NotFound for a wrong one, whichever part is wrong."""
    ticket = (
        Ticket.objects.select_related(
            "event", "organization", "participant", "line", "line__product", "line__order", "line__variant"
        )
        .filter(reference=reference)
        .first()
    )
    # Compare even when there is no such ticket, so that time does not tell references that exist from others.
    if not same_secret(access_key, ticket.access_key if ticket else "-" * 24) or ticket is None:
        raise NotFound
    return ticket
