"""Set how many of something a cart holds, down to none."""

from datetime import datetime

from django.db import transaction

from conbillet.catalogue.offer import offer_of

from ..models import Cart, CartLine, Hold
from .add_to_cart import Wish, _check, _check_limits, set_hold


@transaction.atomic
def change_cart(*, cart: Cart, wishes: list[Wish], now: datetime) -> Cart:
    """Make the cart hold exactly the wished quantities; products not named stay. Raises a CannotAddToCart."""
    cart = Cart.objects.select_for_update().select_related("event").get(pk=cart.pk, ordered_at__isnull=True)
    hold = Hold.objects.select_for_update().filter(cart=cart, ended_at__isnull=True).first()
    offer = offer_of(cart.event)
    lines = list(cart.lines.order_by("pk"))
    gone: list[CartLine] = []
    for wish in wishes:
        mine = [line for line in lines if (line.product_id, line.variant_id) == (wish.product_id, wish.variant_id)]
        if wish.quantity < len(mine):
            dropped = mine[max(wish.quantity, 0) :]
            gone += dropped
            lines = [line for line in lines if line not in dropped]
        elif wish.quantity > len(mine):
            _check(Wish(wish.product_id, wish.quantity, wish.variant_id, wish.amount), cart.event, offer, now)
            lines += [
                CartLine(
                    organization_id=cart.organization_id,
                    cart=cart,
                    product_id=wish.product_id,
                    variant_id=wish.variant_id,
                    amount=wish.amount,
                )
                for _unit in range(wish.quantity - len(mine))
            ]
    _check_limits(lines, cart.event, offer)
    CartLine.objects.filter(pk__in=[line.pk for line in gone]).delete()
    CartLine.objects.bulk_create([line for line in lines if line.pk is None])
    set_hold(cart=cart, hold=hold, lines=lines, offer=offer, now=now)
    return cart
