"""What an event sells, read once per version of the event and kept in the process.

Everything here changes only through catalogue actions, which count `event.version` up; counters of stock are never
part of it. The objects are shared between requests: read them, never change them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .models import Event, Product, ProductQuota, Variant


@dataclass(frozen=True)
class Offer:
    """Products by id (also those no longer offered), with their prices, variants and the quotas one unit takes from."""

    event: Event
    products: Mapping[int, Product]
    variants: Mapping[int, tuple[Variant, ...]]
    quotas: Mapping[tuple[int, int | None], tuple[int, ...]]

    def quotas_of(self, product_id: int, variant_id: int | None) -> tuple[int, ...]:
        """Ids of the quotas that one unit takes from: the product's own and its variant's."""
        found = self.quotas.get((product_id, None), ())
        return found + self.quotas.get((product_id, variant_id), ()) if variant_id else found

    def variant(self, product_id: int, variant_id: int) -> Variant | None:
        return next((variant for variant in self.variants.get(product_id, ()) if variant.pk == variant_id), None)


def offer_of(event: Event) -> Offer:
    """The offer of this version of the event: four queries the first time in a process, none afterwards."""
    return offer_at(event.pk, event.version)


@lru_cache(maxsize=64)
def offer_at(event_id: int, version: int) -> Offer:
    """The offer of that version of an event, the event itself in it. For queries that read `catalogue_event.version` along."""
    event = Event.objects.get(pk=event_id)
    products = {
        product.pk: product
        for product in Product.objects.filter(event=event_id)
        .select_related("membership_type")
        .prefetch_related("prices")
    }
    variants: dict[int, list[Variant]] = {}
    for variant in Variant.objects.filter(product__event=event_id):
        variants.setdefault(variant.product_id, []).append(variant)
    quotas: dict[tuple[int, int | None], list[int]] = {}
    for link in ProductQuota.objects.filter(product__event=event_id).order_by("quota_id"):
        quotas.setdefault((link.product_id, link.variant_id), []).append(link.quota_id)
    return Offer(
        event,
        products,
        {key: tuple(found) for key, found in variants.items()},
        {key: tuple(found) for key, found in quotas.items()},
    )
