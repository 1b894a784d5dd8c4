"""Places of refunded lines can be sold again."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from conbillet.catalogue.models import ProductQuota

from ..models import OrderLine
from ..stock import unsell


def places_of(lines: Collection[OrderLine]) -> dict[int, int]:
    """How many places of which quotas these lines take: quota id → units."""
    lines = [line for line in lines if line.product_id]
    links: dict[int, list[tuple[int | None, int]]] = {}
    for product, variant, quota in ProductQuota.objects.filter(
        product__in=[line.product_id for line in lines]
    ).values_list("product_id", "variant_id", "quota_id"):
        links.setdefault(product, []).append((variant, quota))
    units: Counter[int] = Counter()
    for line in lines:
        units.update(
            quota for variant, quota in links.get(line.product_id or 0, []) if variant in (None, line.variant_id)
        )
    return dict(units)


def give_back_stock(*, lines: Collection[OrderLine], now: datetime) -> dict[int, int]:
    """Return the sold places of these (paid, then reversed) lines to their quotas; returns quota id → units."""
    units = places_of(lines)
    unsell(units=units)
    return units
