"""Set how many of something a cart holds, down to none."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.offer import offer_of

from ..models import Cart, CartLine, Order
from ..queries import lines_of
from .add_to_cart import CannotAddToCart, Wish, _check, _check_limits, lock_cart, set_hold


class CartIsOrdered(CannotAddToCart):
    """The cart was ordered at this very moment, in another window; `order` is that order."""

    message = _("This cart has already been ordered.")
    order: Order


@transaction.atomic
def change_cart(*, cart: Cart, wishes: list[Wish], now: datetime) -> Cart:
    """Make the cart hold exactly the wished quantities; products not named stay. Raises a CannotAddToCart.

    Only cart and hold are locked, and never the event: whoever writes a row that points to it would wait for us, perhaps
    with the very places that we want.
    """
    event = cart.event
    cart, hold = lock_cart(cart)
    cart.event = event
    if cart.ordered_at is not None:
        refusal = CartIsOrdered()
        refusal.order = Order.objects.get(cart=cart)
        raise refusal
    offer = offer_of(event)
    lines = lines_of(cart)
    gone: list[CartLine] = []
    for wish in wishes:
        mine = [line for line in lines if (line.product_id, line.variant_id) == (wish.product_id, wish.variant_id)]
        if wish.quantity < len(mine):
            dropped = mine[max(wish.quantity, 0) :]
            gone += dropped
            lines = [line for line in lines if line not in dropped]
        elif wish.quantity > len(mine):
            _check(Wish(wish.product_id, wish.quantity, wish.variant_id, wish.amount), event, offer, now)
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
    _check_limits(lines, event, offer)
    CartLine.objects.filter(pk__in=[line.pk for line in gone]).delete()
    CartLine.objects.bulk_create([line for line in lines if line.pk is None])
    set_hold(cart=cart, hold=hold, lines=lines, offer=offer, now=now)
    return cart
