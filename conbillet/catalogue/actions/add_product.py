"""Offer something more at an event."""

from datetime import datetime

from django.db import transaction

from conbillet.core.actor import Actor
from conbillet.memberships.models import MembershipType

from ..changes import changed
from ..models import Event, Product
from ..product_values import ProductValues, next_position, store


@transaction.atomic
def add_product(
    *,
    event: Event,
    kind: str,
    values: ProductValues,
    membership_type: MembershipType | None = None,
    actor: Actor,
    now: datetime,
) -> Product:
    """A new product, last in the list. The kind is for good. Raises CannotChange."""
    product = Product(
        organization_id=event.organization_id,
        event=event,
        kind=kind,
        membership_type=membership_type,
        position=next_position(event),
    )
    store(product=product, values=values)
    changed(
        event=event, action="product_added", actor=actor, now=now, product=product.pk, kind=kind, amount=values.amount
    )
    return product
