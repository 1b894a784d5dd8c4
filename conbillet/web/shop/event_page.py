"""The event page as HTML: made once per version, language and availability, and kept in the process.

Nothing on it depends on who looks, but for the number of things in the cart; so it is rendered without a request, and
can neither read a session nor set a cookie.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.translation import get_language

from conbillet.catalogue.availability import Availability
from conbillet.catalogue.models import Product, ProductKind
from conbillet.catalogue.queries import EventPage, ProductOnPage
from conbillet.catalogue.rules import age_range, takes_amount
from conbillet.memberships.periods import period_words
from conbillet.web.context import house

from .cards import picture_of
from .carrying import carried
from .structured import event_url, shared_picture_url, structured_data, summary

GROUPS = (
    ("tickets", "ticket", (ProductKind.TICKET, ProductKind.DAY_TICKET)),
    ("membership", "person", (ProductKind.MEMBERSHIP,)),
    ("sleeping", "bed", (ProductKind.SLEEPING,)),
    ("meals", "meal", (ProductKind.MEAL,)),
    ("merchandise", "shirt", (ProductKind.MERCHANDISE,)),
    ("donation", "heart", (ProductKind.DONATION,)),
)
KEPT_PAGES = 400  # about 30 kB each


@dataclass(frozen=True)
class Rendered:
    """A page ready to be sent, plain and compressed. `tag` is a strong entity tag's core."""

    html: bytes
    packed: bytes
    tag: str


@dataclass(frozen=True)
class Cart:
    """What the header shows of the visitor's cart."""

    count: int = 0
    url: str = ""


@dataclass(frozen=True)
class Group:
    """One heading of the price list with its rows."""

    code: str
    icon: str
    rows: tuple["Row", ...]


@dataclass(frozen=True)
class Field:
    """One stepper: the product's only one, or one for each size (`size` is its name)."""

    name: str
    size: str
    value: str
    availability: Availability
    most: int


@dataclass(frozen=True)
class Row:
    """A product with what was typed beside it. `opens_at` and `closes_at` only where they are its own."""

    product: ProductOnPage
    ages: str
    opens_at: datetime | None
    closes_at: datetime | None
    period: str = ""  # of a membership
    fields: tuple["Field", ...] = ()
    amount_name: str = ""
    amount_typed: str = ""
    error: str = ""


class _Pages:
    """The pages that were asked for last. Small, and safe for several threads."""

    def __init__(self, most: int) -> None:
        self.most, self.lock = most, Lock()
        self.kept: OrderedDict[tuple[object, ...], Rendered] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> Rendered | None:
        with self.lock:
            found = self.kept.get(key)
            if found is not None:
                self.kept.move_to_end(key)
            return found

    def put(self, key: tuple[object, ...], page: Rendered) -> None:
        with self.lock:
            self.kept[key] = page
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)


_pages = _Pages(KEPT_PAGES)


def rendered_page(page: EventPage, *, cart: Cart) -> Rendered:
    """The page for everybody with this many things in the cart, in the language of the moment."""
    key = (page.key, get_language(), cart)
    found = _pages.get(key)
    if found is None:
        context = {**house(HttpRequest()), **event_context(page), "cart_count": cart.count, "cart_url": cart.url}
        html = get_template("shop/event.html").render(context).encode()
        found = Rendered(html, gzip.compress(html, 6, mtime=0), hashlib.sha256(html).hexdigest()[:20])
        _pages.put(key, found)
    return found


def event_context(
    page: EventPage,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[int, str] | None = None,
    general: str = "",
    preview: bool = False,
) -> dict[str, Any]:
    """What `shop/event.html` shows. `typed` are the fields as they were sent, `errors` sentences by product id.

    For the page after a refusal: `render(request, "shop/event.html", event_context(page, typed=request.POST, errors=…))`;
    a refusal that belongs to no product is `general`.
    """
    typed, errors = typed or {}, errors or {}
    groups = tuple(
        Group(code, icon, rows)
        for code, icon, kinds in GROUPS
        if (rows := tuple(_row(one, typed, errors) for one in page.products if one.product.kind in kinds))
    )
    ticket_amounts = [one.amount for one in page.products if one.product.admits and one.amount > 0]
    dues = next((one for one in page.products if one.product.kind == ProductKind.MEMBERSHIP), None)
    return {
        "page": page,
        "event": page.event,
        "organization": page.organization,
        "groups": groups,
        "summary": summary(page.event),
        "event_url": event_url(page.event),
        "picture": picture_of(page.event),
        "shared_picture_url": shared_picture_url(page.event),
        "structured_data": structured_data(page),
        "from_amount": min(ticket_amounts, default=None),
        "dues": dues,
        "has_member_prices": any(one.member_amount is not None for one in page.products),
        "can_choose": any(one.availability.can_be_chosen for one in page.products),
        "cart_path": f"/{page.organization.slug}/{page.event.slug}/cart/",
        "errors": [
            *([general] if general else []),
            *(errors[one.product.pk] for one in page.products if one.product.pk in errors),
        ],
        "carried": carried(typed),
        "preview": preview,
    }


def _row(one: ProductOnPage, typed: Mapping[str, str], errors: Mapping[int, str]) -> Row:
    product, pk = one.product, one.product.pk
    row = Row(
        one,
        age_range(product),
        product.sales_open_at,
        product.sales_close_at,
        _period(product),
        error=errors.get(pk, ""),
    )
    if takes_amount(product):
        return replace(row, amount_name=f"amount_{pk}", amount_typed=typed.get(f"amount_{pk}", "")[:20])
    if not one.variants:
        name = f"quantity_{pk}"
        return replace(row, fields=(Field(name, "", _number(typed, name), one.availability, one.most),))
    fields = []
    for size in one.variants:
        name = f"quantity_{pk}_{size.variant.pk}"
        most = min(one.most, size.availability.left or one.most)
        fields.append(Field(name, size.variant.name, _number(typed, name), size.availability, most))
    return replace(row, fields=tuple(fields))


def _period(product: Product) -> str:
    return period_words(product.membership_type) if product.membership_type is not None else ""


def _number(typed: Mapping[str, str], name: str) -> str:
    return typed.get(name, "")[:6] or "0"
