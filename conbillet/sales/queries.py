"""Reads that pages and other verbs need."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from conbillet.core import rows
from conbillet.core.clock import copenhagen_day
from conbillet.memberships.queries import MemberStanding, standing_of

from .models import Cart, CartLine, Hold, Order, OrderLine, Participant, Receipt


def standings_of(
    *, organization_id: int, people: Mapping[str, UUID | None], now: datetime
) -> dict[str, MemberStanding]:
    """What is known of people's memberships, by their keys. Only somebody signed in is known for certain: others have no id."""
    today = copenhagen_day(now)
    return {
        key: standing_of(organization_id=organization_id, person_id=person_id, on=today)
        for key, person_id in people.items()
        if person_id is not None
    }


def members_among(standings: Mapping[str, MemberStanding]) -> frozenset[str]:
    """Keys of those who are members already."""
    return frozenset(key for key, standing in standings.items() if standing.is_member)


def lines_of(cart: Cart) -> list[CartLine]:
    """What is in the cart, in the order in which it was put there."""
    return rows.read("FROM sales_cartline l WHERE l.cart_id = %s ORDER BY l.id", [cart.pk], l=CartLine)


def held_until(cart: Cart) -> datetime | None:
    """Until when the cart's places are kept; None when the time has run out and they were given to others."""
    found = rows.read("FROM sales_hold h WHERE h.cart_id = %s AND h.ended_at IS NULL", [cart.pk], h=Hold)
    return found[0].expires_at if found else None


def order_of_cart(cart: Cart) -> Order:
    """The order that the cart became."""
    return Order.objects.get(cart=cart)


def receipts_of(order: Order) -> list[Receipt]:
    """Its receipt and credit notes, in the order of their numbers."""
    return rows.read("FROM sales_receipt r WHERE r.order_id = %s ORDER BY r.number", [order.pk], r=Receipt)


def lines_with_people(order: Order) -> list[OrderLine]:
    """All lines with whom they are for, in their order: one query, reversals included."""
    found = rows.read(
        "FROM sales_orderline l LEFT JOIN sales_participant p ON p.id = l.participant_id "
        "WHERE l.order_id = %s ORDER BY l.position",
        [order.pk],
        l=OrderLine,
        p=Participant,
    )
    for line, participant in found:
        line.order, line.participant = order, participant
    return [line for line, _participant in found]


def orders_of(*, person_id: UUID) -> QuerySet[Order]:
    """What the person has bought, the latest first."""
    return (
        Order.objects.filter(buyer_id=person_id).select_related("event", "organization").order_by("-placed_at", "-pk")
    )
