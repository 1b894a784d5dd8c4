"""Put things in a visitor's cart and keep their places for a while."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event, Product, Variant
from conbillet.catalogue.offer import Offer, offer_of
from conbillet.catalogue.rules import donation_refusal, order_limit_refusals, sale_refusal, takes_amount
from conbillet.core import rows
from conbillet.core.references import new_reference
from conbillet.core.rows import gathered

from ..models import Cart, CartLine, HeldUnits, Hold
from ..queries import lines_of
from ..stock import SoldOut, claim, claiming, release, units_of


@dataclass(frozen=True)
class Wish:
    """How many of what. `amount` (øre) is for donations only."""

    product_id: int
    quantity: int
    variant_id: int | None = None
    amount: int | None = None


class CannotAddToCart(Exception):
    """Refused; `message` is fit for the visitor, `product_id` says beside which product it belongs."""

    message: str | Promise = _("This cannot be put in the cart.")

    def __init__(self, product_id: int | None = None, message: str = "") -> None:
        super().__init__(f"product {product_id}")
        self.product_id = product_id
        if message:
            self.message = message


class SalesClosed(CannotAddToCart):
    message = _("This is not for sale at the moment.")


class UnknownProduct(CannotAddToCart):
    message = _("This is not sold here.")


class BadQuantity(CannotAddToCart):
    message = _("Choose a whole number.")


class BadDonation(CannotAddToCart):
    message = _("Choose an amount that is not below the smallest one.")


class TooMany(CannotAddToCart):
    message = _("That is more than one order may hold.")


class NothingChosen(CannotAddToCart):
    message = _("Choose at least one thing first.")


class ProductSoldOut(CannotAddToCart):
    message = _("There are not enough left.")


_CART_AND_HOLD = (
    "FROM sales_cart c JOIN sales_hold h ON h.cart_id = c.id AND h.ended_at IS NULL WHERE c.id = %s FOR UPDATE OF c, h"
)


def hold_until(now: datetime) -> datetime:
    """The deadline of a hold granted now (`CONBILLET_HOLD_MINUTES`)."""
    return now + timedelta(minutes=settings.CONBILLET_HOLD_MINUTES)


def add_to_cart(*, event: Event, cart: Cart | None, wishes: Sequence[Wish], language: str, now: datetime) -> Cart:
    """Add to the cart (a new one if there is none or the old one was ordered) and hold the places; all or nothing.

    Raises a CannotAddToCart. The hold's deadline starts anew; a hold that had run out is taken again if places are left.
    """
    offer = offer_of(event)
    wishes = [wish for wish in wishes if wish.quantity != 0]
    if not wishes:
        raise NothingChosen
    for wish in wishes:
        _check(wish, event, offer, now)
    each = [wish for wish in wishes for _unit in range(wish.quantity)]
    _check_limits(each, event, offer)
    needed = quota_units(each, offer)
    if cart is None and len(needed) == 1:
        try:
            return _new_cart(event, each, needed, language, now)
        except rows.ConditionFailed:
            pass  # too few places left, unless a hold has run out that keeps some
    with transaction.atomic(), gathered():
        cart, hold = _open_cart(cart)
        if cart is None:
            cart, old_lines = _empty_cart(event, language, now), []
        else:
            old_lines = lines_of(cart)
            _check_limits([*old_lines, *each], event, offer)
        lines = [*old_lines, *_lines(cart, each)]
        set_hold(cart=cart, hold=hold, lines=lines, offer=offer, now=now)
    return cart


def _new_cart(event: Event, each: Sequence[Wish], needed: Mapping[int, int], language: str, now: datetime) -> Cart:
    """A first cart of what needs one quota, with its hold, in one statement. Raises ConditionFailed when there are too few places.

    It does not wait for the disk: a crash of the machine may take the carts of its last second along, and their holds.
    Whatever is done with a cart next, above all ordering it, does wait, and for this too.
    """
    ((quota, units),) = needed.items()
    with gathered(condition=claiming(quota=quota, units=units)):
        cart = _empty_cart(event, language, now)
        _lines(cart, each)
        _hold(cart, needed, now)
        rows.call("set_config('synchronous_commit', 'off', true)", [])
    return cart


def _empty_cart(event: Event, language: str, now: datetime) -> Cart:
    cart = rows.create(
        Cart,
        organization_id=event.organization_id,
        event_id=event.pk,
        reference=new_reference(),
        language=language,
        created_at=now,
        changed_at=now,
    )
    cart.event = event
    return cart


def _lines(cart: Cart, each: Sequence[Wish]) -> list[CartLine]:
    return [
        rows.create(
            CartLine,
            organization_id=cart.organization_id,
            cart_id=cart.pk,
            product_id=wish.product_id,
            variant_id=wish.variant_id,
            amount=wish.amount,
        )
        for wish in each
    ]


def _hold(cart: Cart, units: Mapping[int, int], now: datetime) -> Hold:
    hold = rows.create(Hold, organization_id=cart.organization_id, cart_id=cart.pk, expires_at=hold_until(now))
    _note_units(hold, units)
    return hold


def _note_units(hold: Hold, units: Mapping[int, int]) -> None:
    for quota, quantity in sorted(units.items()):
        rows.add(
            HeldUnits, organization_id=hold.organization_id, hold_id=hold.pk, quota_id=quota, quantity=quantity
        )


def _open_cart(cart: Cart | None) -> tuple[Cart | None, Hold | None]:
    """The cart and its hold, locked; neither when it was ordered or forgotten meanwhile."""
    if cart is None:
        return None, None
    try:
        cart, hold = lock_cart(cart)
    except Cart.DoesNotExist:
        return None, None
    return (cart, hold) if cart.ordered_at is None else (None, None)


def lock_cart(cart: Cart) -> tuple[Cart, Hold | None]:
    """The cart as it is now, and its live hold, both locked. Needs a transaction."""
    both = rows.read(_CART_AND_HOLD, [cart.pk], c=Cart, h=Hold)
    if both:
        locked: tuple[Cart, Hold] = both[0]
        return locked
    # One after the other: the hold may have ended, or another one begun, while we waited for the cart.
    found = rows.read("FROM sales_cart c WHERE c.id = %s FOR UPDATE", [cart.pk], c=Cart)
    if not found:
        raise Cart.DoesNotExist(cart.reference)
    holds = rows.read("FROM sales_hold h WHERE h.cart_id = %s AND h.ended_at IS NULL FOR UPDATE", [cart.pk], h=Hold)
    return found[0], holds[0] if holds else None


def set_hold(*, cart: Cart, hold: Hold | None, lines: Sequence[CartLine], offer: Offer, now: datetime) -> Hold:
    """Make the cart's hold keep exactly what its lines need, until a fresh deadline. `hold` is locked, or none."""
    needed = quota_units(lines, offer)
    kept = units_of(hold) if hold else {}
    more = {quota: units - kept.get(quota, 0) for quota, units in needed.items() if units > kept.get(quota, 0)}
    less = {quota: units - needed.get(quota, 0) for quota, units in kept.items() if units > needed.get(quota, 0)}
    try:
        claim(wanted=more, now=now, own=hold)
    except SoldOut as refusal:
        product = next(
            (
                line.product_id
                for line in lines
                if refusal.quota_id in offer.quotas_of(line.product_id, line.variant_id)
            ),
            None,
        )
        raise ProductSoldOut(product) from None
    release(units=less)
    if hold is None:
        hold = _hold(cart, needed, now)
    else:
        hold.expires_at = hold_until(now)
        rows.execute("UPDATE sales_hold SET expires_at = %s WHERE id = %s", [hold.expires_at, hold.pk])
        if more or less:
            HeldUnits.objects.filter(hold=hold).delete()
            _note_units(hold, needed)
    if cart.changed_at != now:
        rows.execute("UPDATE sales_cart SET changed_at = %s WHERE id = %s", [now, cart.pk])
    return hold


def quota_units(lines: Sequence[CartLine | Wish], offer: Offer) -> dict[int, int]:
    """How many units of each quota the lines take together."""
    units: Counter[int] = Counter()
    for line in lines:
        units.update(offer.quotas_of(line.product_id, line.variant_id))
    return dict(units)


def _check(wish: Wish, event: Event, offer: Offer, now: datetime) -> None:
    product = offer.products.get(wish.product_id)
    if product is None:
        raise UnknownProduct(wish.product_id)
    if not 1 <= wish.quantity <= 100:
        raise BadQuantity(product.pk)
    refusal = sale_refusal(event, product, now)
    if refusal:
        raise SalesClosed(product.pk, refusal)
    _check_variant(wish, product, offer.variants.get(product.pk, ()))
    if takes_amount(product):
        refusal = donation_refusal(product, wish.amount or 0)
        if refusal:
            raise BadDonation(product.pk, refusal)
    elif wish.amount is not None:
        raise BadQuantity(product.pk)


def _check_variant(wish: Wish, product: Product, variants: Sequence[Variant]) -> None:
    if variants and wish.variant_id not in {variant.pk for variant in variants}:
        raise UnknownProduct(product.pk)
    if not variants and wish.variant_id is not None:
        raise UnknownProduct(product.pk)


def _check_limits(lines: Sequence[CartLine | Wish], event: Event, offer: Offer) -> None:
    """The limits of an order; that a bed goes with a ticket is checked when the order is placed, not while choosing."""
    if len(lines) > event.order_limit:
        raise TooMany
    for product_id, units in Counter(line.product_id for line in lines).items():
        product = offer.products[product_id]
        if product.per_order is not None and units > product.per_order:
            raise TooMany(product_id, order_limit_refusals(event, {product: units})[0])
