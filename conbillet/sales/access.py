"""The only way by which a page obtains an order or a cart."""

import hmac

from conbillet.core.actor import Actor, ActorKind
from conbillet.organizations.access import NotFound, Standing

from .models import Cart, Order, Participant


def get_order_by_link(*, reference: str, access_key: str) -> Order:
    """An order opened by its own link (reference and secret). Raises NotFound for a wrong one, whichever part is wrong."""
    order = Order.objects.select_related("event", "organization").filter(reference=reference).first()
    # Compare even when there is no such order, so that time does not tell references that exist from others.
    if not hmac.compare_digest(order.access_key if order else "-" * 24, access_key) or order is None:
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
    return (
        Cart.objects.select_related("event", "organization")
        .filter(reference=reference, event__slug=event, organization__slug=organization)
        .first()
    )


def get_participant_by_link(*, order_reference: str, claim_key: str) -> Participant:
    """Somebody on an order, opened by their own link. Raises NotFound for a wrong one, whichever part is wrong."""
    found = None
    people = Participant.objects.select_related("order", "order__event", "organization")
    for person in people.filter(order__reference=order_reference):
        if person.claim_key and hmac.compare_digest(person.claim_key, claim_key):
            found = person
    if found is None:
        raise NotFound
    return found
