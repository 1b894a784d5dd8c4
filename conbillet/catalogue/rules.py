"""The rules of the sale, once: window, age, limits, price. Pure functions on rows that are already loaded.

Pages ask them to show what can be bought; `sales` asks the same functions again inside its transaction. None of them
runs a query as long as `product.prices` is prefetched. Refusals are sentences fit for the visitor, in the language of
the moment; `None`, or an empty list, means yes.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conbillet.core.clock import age_on
from conbillet.core.formats import format_day, format_moment, format_money
from conbillet.core.money import LARGEST_AMOUNT, VatCode

from .models import ADMITTING_KINDS, Event, Price, Product, ProductKind

OLDEST = 120  # years; an earlier date of birth is a typing error


class SaleState(StrEnum):
    """Whether something can be bought now, stock aside."""

    ON_SALE = "on_sale"
    NOT_YET = "not_yet"
    ENDED = "ended"
    UNAVAILABLE = "unavailable"  # a draft, a cancelled event, or a product that was withdrawn


class NoPrice(Exception):
    """A product without an ordinary price: it cannot be sold. Warned about in the office."""


def sales_opens_at(event: Event, product: Product | None = None) -> datetime | None:
    """When the sale begins: the later of the event's and the product's own time; None when neither is set."""
    own = product.sales_open_at if product is not None else None
    return max((moment for moment in (event.sales_open_at, own) if moment is not None), default=None)


def sales_closes_at(event: Event, product: Product | None = None) -> datetime | None:
    """When the sale ends, exclusive: the earlier of the event's and the product's own time; None when neither is set."""
    own = product.sales_close_at if product is not None else None
    return min((moment for moment in (event.sales_close_at, own) if moment is not None), default=None)


def sale_state(event: Event, product: Product | None, now: datetime) -> SaleState:
    """Can `product` (or, without one, anything of the event) be bought at the instant `now`, as far as time goes?"""
    if event.state in (Event.State.DRAFT, Event.State.CANCELLED) or (product is not None and not product.is_offered):
        return SaleState.UNAVAILABLE
    closes = sales_closes_at(event, product)
    if event.state == Event.State.CLOSED or (closes is not None and now >= closes):
        return SaleState.ENDED
    opens = sales_opens_at(event, product)
    if opens is not None and now < opens:
        return SaleState.NOT_YET
    return SaleState.ON_SALE


def sale_refusal(event: Event, product: Product, now: datetime) -> str | None:
    """Why `product` cannot be bought at `now`, or None when it can."""
    state = sale_state(event, product, now)
    if state is SaleState.ON_SALE:
        return None
    if state is SaleState.NOT_YET:
        opens = sales_opens_at(event, product)
        assert opens is not None
        moment = format_moment(opens, translation.get_language())
        return _("“%(product)s” is not for sale yet. The sale opens %(moment)s.") % {
            "product": product_name(product),
            "moment": moment,
        }
    if state is SaleState.ENDED:
        return _("“%(product)s” is no longer for sale.") % {"product": product_name(product)}
    return _("“%(product)s” is not for sale.") % {"product": product_name(product)}


def fits_age(product: Product, birth_date: date, event: Event) -> bool:
    """Is somebody born on `birth_date` of the product's age, in full years on the event's first day? (Fact sheet 11.2.)"""
    age = age_on(birth_date, event.starts_on)
    return (product.age_from is None or age >= product.age_from) and (product.age_to is None or age <= product.age_to)


def age_refusal(product: Product, birth_date: date | None, event: Event) -> str | None:
    """Why somebody born on `birth_date` cannot have `product`, as a sentence, or None when they can."""
    if birth_date is None:
        if product.age_from is None and product.age_to is None:
            return None
        return _("“%(product)s” depends on age, so write the date of birth.") % {"product": product_name(product)}
    if birth_date > event.starts_on or age_on(birth_date, event.starts_on) > OLDEST:
        return _("That cannot be a date of birth. Please look at the year.")
    if fits_age(product, birth_date, event):
        return None
    return _("“%(product)s” is for %(ages)s, counted on %(day)s. With this date of birth, the age is %(age)s.") % {
        "product": product_name(product),
        "ages": age_range(product),
        "age": age_on(birth_date, event.starts_on),
        "day": format_day(event.starts_on, translation.get_language()),
    }


def order_limit_refusals(event: Event, quantities: Mapping[Product, int]) -> list[str]:
    """Everything that is wrong with buying these numbers of units in one order.

    At most `event.order_limit` things in all and `product.per_order` of each; of each product that `needs_ticket`, at
    most as many units as there are tickets that let somebody in.
    """
    refusals = []
    if any(quantity < 0 for quantity in quantities.values()):
        return [_("A number of things cannot be negative.")]
    total = sum(quantities.values())
    if total > event.order_limit:
        refusals.append(
            ngettext(
                "One order can hold %(limit)s thing.", "One order can hold at most %(limit)s things.", event.order_limit
            )
            % {"limit": event.order_limit}
        )
    admitted = sum(quantity for product, quantity in quantities.items() if product.kind in ADMITTING_KINDS)
    for product, quantity in quantities.items():
        if product.per_order is not None and quantity > product.per_order:
            refusals.append(
                _("You can buy at most %(limit)s of “%(product)s” in one order.")
                % {"limit": product.per_order, "product": product_name(product)}
            )
        if product.needs_ticket and quantity > admitted:
            refusals.append(needs_ticket_refusal(product, admitted))
    return refusals


def needs_ticket_refusal(product: Product, admitted: int) -> str:
    """The sentence for a product that goes with a ticket, when there are only `admitted` tickets."""
    if admitted == 0:
        return _("“%(product)s” can only be bought together with a ticket.") % {"product": product_name(product)}
    return ngettext(
        "“%(product)s” goes with a ticket each, and there is only %(tickets)s ticket in this order.",
        "“%(product)s” goes with a ticket each, and there are only %(tickets)s tickets in this order.",
        admitted,
    ) % {"product": product_name(product), "tickets": admitted}


def price_for(product: Product, audience: str = Price.Audience.ORDINARY) -> Price:
    """What `product` costs for `audience` (gross, øre). Members pay the ordinary price where no member price is set.

    Raises NoPrice when the product has no ordinary price either.
    """
    prices = {price.audience: price for price in product.prices.all()}
    found = prices.get(audience) or prices.get(Price.Audience.ORDINARY)
    if found is None:
        raise NoPrice(product.pk)
    return found


def donation_refusal(product: Product, amount: int) -> str | None:
    """Why `amount` (øre) cannot be given: below the product's price, which is the least, or beyond belief."""
    least = price_for(product).amount
    language = translation.get_language()
    if amount < max(least, 1):
        return _("The least one can give is %(amount)s.") % {
            "amount": format_money(max(least, 1), language=language, short=True)
        }
    if amount > LARGEST_AMOUNT:
        return _("That is more than we dare to believe. The most one can give here is %(amount)s.") % {
            "amount": format_money(LARGEST_AMOUNT, language=language, short=True)
        }
    return None


def takes_amount(product: Product) -> bool:
    """Does the buyer choose the amount?"""
    return product.kind == ProductKind.DONATION


def product_name(product: Product) -> str:
    """Its name in the language of the moment; Danish where no English one was written."""
    if (translation.get_language() or "da").startswith("en"):
        return product.name_en or product.name_da
    return product.name_da


def usual_vat(kind: str, *, registered: bool) -> str:
    """The VAT code that a product of that kind has as a rule. Dues and gifts pay for nothing, so they have none."""
    if not registered:
        return VatCode.NOT_REGISTERED
    return VatCode.OUTSIDE_SCOPE if kind in (ProductKind.MEMBERSHIP, ProductKind.DONATION) else VatCode.STANDARD_25


def age_range(product: Product) -> str:
    """`ages 15–17`, `ages 18 and up`, `ages up to 14`, or nothing."""
    if product.age_from is not None and product.age_to is not None:
        if product.age_from == product.age_to:
            return _("%(age)s-year-olds") % {"age": product.age_from}
        return _("ages %(first)s–%(last)s") % {"first": product.age_from, "last": product.age_to}
    if product.age_from is not None:
        return _("ages %(first)s and up") % {"first": product.age_from}
    if product.age_to is not None:
        return _("ages up to %(last)s") % {"last": product.age_to}
    return ""
