"""The only way by which a page obtains an order or a cart."""

from typing import Any, TypeVar

from conbillet.catalogue.queries import STAMP, known_event
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.prepared import columns, fetch_one, made
from conbillet.core.references import same_secret
from conbillet.organizations.access import NotFound, Standing

from .models import Cart, Order, Participant

# Event and association come out of the process, if they are still as they were.
_FROM = "JOIN catalogue_event e ON e.id = x.event_id JOIN organizations_organization o ON o.id = x.organization_id"
_ORDER = f"SELECT e.id, e.version, {STAMP}, {columns(Order, 'x')} FROM sales_order x {_FROM} WHERE x.reference = %s"  # noqa: S608
_CART = (
    f"SELECT e.id, e.version, {STAMP}, {columns(Cart, 'x')}, EXISTS (SELECT FROM payments_connectedaccount c "  # noqa: S608
    f"WHERE c.organization_id = x.organization_id AND c.charges_enabled) FROM sales_cart x {_FROM} "
    "WHERE x.reference = %s AND e.slug = %s AND o.slug = %s"
)
Found = TypeVar("Found", Cart, Order)


def _with_event(statement: str, values: list[Any], model: type[Found]) -> Found | None:
    row = fetch_one(statement, values)
    return None if row is None else _dressed(row, model)


def _dressed(row: tuple[Any, ...], model: type[Found]) -> Found:
    found = made(model, row[3:])
    found.event = known_event(*row[:3])
    found.organization = found.event.organization
    return found


def get_order_by_link(*, reference: str, access_key: str) -> Order:
    """An order opened by its own link (reference and secret). Raises NotFound for a wrong one, whichever part is wrong."""
    order = _with_event(_ORDER, [reference], Order)
    # Compare even when there is no such order, so that time does not tell references that exist from others.
    if not same_secret(access_key, order.access_key if order else "-" * 24) or order is None:
        raise NotFound
    return order


def get_my_order(*, actor: Actor, reference: str) -> Order:
    """An order of the person who is signed in."""
    if actor.kind is not ActorKind.PERSON:
        raise NotFound
    order = (
        Order.objects.select_related("event", "organization")
        .filter(reference=reference, buyer_id=actor.person_id)
        .first()
    )
    if order is None:
        raise NotFound
    return order


def get_order_for(*, standing: Standing, reference: str) -> Order:
    """An order of the association that the actor acts for."""
    order = (
        Order.objects.select_related("event").filter(reference=reference, organization=standing.organization).first()
    )
    if order is None:
        raise NotFound
    return order


def get_cart(*, reference: str, organization: str, event: str) -> Cart | None:
    """The cart that a session remembers for an event (by the slugs of its address), also when it was ordered."""
    if not reference:
        return None
    row = fetch_one(_CART, [reference, event, organization])
    if row is None:
        return None
    cart = _dressed(row[:-1], Cart)
    cart.takes_cards = row[-1]
    return cart


def get_participant_by_link(*, order_reference: str, claim_key: str) -> Participant:
    """Somebody on an order, opened by their own link. Raises NotFound for a wrong one, whichever part is wrong."""
    found = None
    people = Participant.objects.select_related("order", "order__event", "organization")
    for person in people.filter(order__reference=order_reference):
        if person.claim_key and same_secret(claim_key, person.claim_key):
            found = person
    if found is None:
        raise NotFound
    return found
