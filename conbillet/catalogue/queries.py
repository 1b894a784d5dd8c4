"""Reads for the pages. The event page costs one query; everything that changes rarely is kept in the process."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import F, Prefetch

from conbillet.core.clock import copenhagen_day, day_end
from conbillet.core.prepared import fetch
from conbillet.organizations.models import Organization

from .availability import Availability, Stock, availability, best
from .models import Event, Price, Product, Quota, Variant
from .offer import offer_of
from .rules import SaleState, sale_state
from .warnings import SetupWarning, warnings_for


@dataclass(frozen=True, slots=True)
class VariantOnPage:
    variant: Variant
    availability: Availability


@dataclass(frozen=True, slots=True)
class ProductOnPage:
    """A product as a visitor sees it. Amounts are gross øre; `member_amount` is None where members pay the same."""

    product: Product
    amount: int
    member_amount: int | None
    availability: Availability
    variants: tuple[VariantOnPage, ...]
    most: int  # the highest number worth choosing at once


@dataclass(frozen=True)
class EventPage:
    """One event with everything that its page shows. The model instances are shared between requests: read only."""

    event: Event
    organization: Organization
    state: SaleState
    is_over: bool  # its last day has passed
    products: tuple[ProductOnPage, ...]
    key: tuple[object, ...]  # equal keys mean equal pages, but for the language


class EventNotFound(Exception):
    """No event at that address, or one that is not public."""


# One statement: the event by its two slugs, the counters of its quotas, and what tells whether the cached rest still
# holds. An association's row has no version of its own; PostgreSQL's own (who wrote it, and where it lies) will do.
STAMP = "o.xmin::text || o.ctid::text"
_VOLATILE = f"""
SELECT e.id, e.version, {STAMP}, q.id, q.size, q.held, q.sold
FROM organizations_organization o
JOIN catalogue_event e ON e.organization_id = o.id
LEFT JOIN catalogue_quota q ON q.event_id = e.id
WHERE o.slug = %s AND e.slug = %s AND (e.state <> 'draft' OR %s)
"""  # noqa: S608 - nothing from outside


def known_event(event_id: int, version: int, stamp: str) -> Event:
    """An event with its association, kept in the process; shared between requests, so read only.

    For queries that join both anyway: they read `e.version` and `STAMP` (of the association as `o`) instead of 40 columns.
    """
    return _constant(event_id, version, stamp)[0]


def event_page(*, organization_slug: str, event_slug: str, now: datetime, drafts: bool = False) -> EventPage:
    """The public page of one event: one query once its version is known to this process. Raises EventNotFound.

    `drafts` shows drafts too, for the preview of somebody who may edit it.
    """
    rows = fetch(_VOLATILE, [organization_slug, event_slug, drafts])
    if not rows:
        raise EventNotFound
    event_id, version, stamp = rows[0][:3]
    stocks = {row[3]: Stock(*row[4:]) for row in rows if row[3] is not None}
    event, listed = _constant(event_id, version, stamp)
    if drafts:
        return _page(event, listed, stocks, now, stamp, as_if_live=True)
    found = _composed.get(event_id)
    if found is not None and found.rows == rows and found.since <= now < found.until:
        return found.page
    page = _page(event, listed, stocks, now, stamp, as_if_live=False)
    if len(_composed) >= 256:
        _composed.clear()
    _composed[event_id] = _Composed(rows, now, _next_change(event, listed, now), page)
    return page


@dataclass(frozen=True, slots=True)
class _Composed:
    """The page as it was last put together, good for the same counters until a sale opens or closes."""

    rows: list[tuple[Any, ...]]
    since: datetime
    until: datetime
    page: EventPage


_composed: dict[int, _Composed] = {}


def _next_change(event: Event, listed: "tuple[_Listed, ...]", now: datetime) -> datetime:
    """The next instant at which time alone changes what can be bought."""
    moments = [day_end(event.ends_on), event.sales_open_at, event.sales_close_at]
    for one in listed:
        moments += [one.product.sales_open_at, one.product.sales_close_at]
    return min((moment for moment in moments if moment is not None and moment > now), default=now + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class _Listed:
    """A product that is offered, with what can be worked out once."""

    product: Product
    amount: int
    member_amount: int | None
    quota_ids: tuple[int, ...]
    variants: tuple[tuple[Variant, tuple[int, ...]], ...]


@lru_cache(maxsize=256)
def _constant(event_id: int, version: int, stamp: str) -> tuple[Event, tuple[_Listed, ...]]:
    """What changes only with the event's version or the association's row."""
    event = Event.objects.select_related("organization").get(pk=event_id)
    offer = offer_of(event)
    listed = []
    for product in offer.products.values():
        prices = {price.audience: price.amount for price in product.prices.all()}
        if not product.is_offered or Price.Audience.ORDINARY not in prices:
            continue
        variants = tuple(
            (variant, offer.quotas_of(product.pk, variant.pk)) for variant in offer.variants.get(product.pk, ())
        )
        listed.append(
            _Listed(
                product,
                prices[Price.Audience.ORDINARY],
                prices.get(Price.Audience.MEMBER),
                offer.quotas_of(product.pk, None),
                variants,
            )
        )
    return event, tuple(listed)


def _page(
    event: Event, listed: tuple[_Listed, ...], stocks: dict[int, Stock], now: datetime, stamp: str, *, as_if_live: bool
) -> EventPage:
    if as_if_live and event.state == Event.State.DRAFT:
        event = copy(event)
        event.state = Event.State.LIVE
    state = sale_state(event, None, now)
    products = tuple(_on_page(event, one, stocks, now) for one in listed)
    levels = tuple((one.availability, *(size.availability for size in one.variants)) for one in products)
    is_over = copenhagen_day(now) > event.ends_on
    key = (event.pk, event.version, stamp, state, is_over, levels)
    return EventPage(event, event.organization, state, is_over, products, key)


def _on_page(event: Event, listed: _Listed, stocks: dict[int, Stock], now: datetime) -> ProductOnPage:
    product = listed.product

    def left(quota_ids: tuple[int, ...]) -> Availability:
        return availability(event=event, product=product, quota_ids=quota_ids, stocks=stocks, now=now)

    variants = tuple(VariantOnPage(variant, left(quota_ids)) for variant, quota_ids in listed.variants)
    own = best(size.availability for size in variants) if variants else left(listed.quota_ids)
    limits = (event.order_limit, product.per_order, own.left)
    most = min(limit for limit in limits if limit is not None)
    return ProductOnPage(product, listed.amount, listed.member_amount, own, variants, most)


# --- The office ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfficeEvent:
    """One event with everything that the office edits, and what looks wrong about it."""

    event: Event
    products: Sequence[Product]
    quotas: Sequence[Quota]
    warnings: Sequence[SetupWarning]


def office_event(*, event: Event, organization: Organization, today: date) -> OfficeEvent:
    """An event as the office sees it, in a handful of queries however much it sells. `event` comes from `access`."""
    products = list(
        Product.objects.filter(event=event)
        .select_related("membership_type")
        .prefetch_related(
            "prices",
            "product_quotas__quota",
            Prefetch("variants", Variant.objects.prefetch_related("product_quotas__quota")),
        )
        .order_by("position", "id")
    )
    for product in products:
        product.event = event
    quotas = list(
        Quota.objects.filter(event=event)
        .prefetch_related("product_quotas__product", "product_quotas__variant")
        .order_by("id")
    )
    return OfficeEvent(
        event,
        products,
        quotas,
        warnings_for(event=event, organization=organization, products=products, quotas=quotas, today=today),
    )


def office_events(*, organization: Organization) -> Sequence[Event]:
    """All events of an association, the latest first, with their quotas, the largest first."""
    quotas = Prefetch("quotas", Quota.objects.order_by("-size", "pk"))
    return list(
        Event.objects.filter(organization=organization).prefetch_related(quotas).order_by(F("starts_on").desc(), "id")
    )
