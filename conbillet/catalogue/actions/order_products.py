"""Put an event's products in another order."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conbillet.core.actor import Actor

from ..changes import CannotChange, changed
from ..models import Event, Product


@transaction.atomic
def order_products(*, event: Event, products: Sequence[int], actor: Actor, now: datetime) -> None:
    """`products` are the ids of all of them in the new order. Raises CannotChange when they are not exactly the event's."""
    found = {product.pk: product for product in Product.objects.select_for_update(of=("self",)).filter(event=event)}
    if sorted(products) != sorted(found):
        raise CannotChange(_("Somebody else has changed the list meanwhile. Look at it again."))
    moved = []
    for position, pk in enumerate(products, start=1):
        if found[pk].position != position:
            found[pk].position = position
            moved.append(found[pk])
    if moved:
        Product.objects.bulk_update(moved, ["position"])
        changed(event=event, action="products_ordered", actor=actor, now=now)
