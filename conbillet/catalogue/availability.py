"""How much of something is left, in the few words that a visitor needs. Pure functions on counters already read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .models import Event, Product
from .rules import SaleState, sale_state

FEW = 10  # from here down the number itself is shown


class Level(StrEnum):
    MANY = "many"
    FEW = "few"
    HELD = "held"  # all that is left lies in other people's carts; some of it may come back
    SOLD_OUT = "sold_out"
    NOT_YET = "not_yet"
    ENDED = "ended"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Stock:
    """A quota's counters as they were read."""

    size: int
    held: int
    sold: int

    @property
    def left(self) -> int:
        return max(self.size - self.held - self.sold, 0)


@dataclass(frozen=True, slots=True)
class Availability:
    """`left` is given only when few are left."""

    level: Level
    left: int | None = None

    @property
    def can_be_chosen(self) -> bool:
        """Is it worth asking for? What is held by others may be free again: the claim decides."""
        return self.level in (Level.MANY, Level.FEW, Level.HELD)


MANY = Availability(Level.MANY)
_BY_STATE = {
    SaleState.NOT_YET: Availability(Level.NOT_YET),
    SaleState.ENDED: Availability(Level.ENDED),
    SaleState.UNAVAILABLE: Availability(Level.UNAVAILABLE),
}


def stock_availability(stocks: Iterable[Stock]) -> Availability:
    """What is left of one unit that takes from all of these quotas; without a quota there is no end to it."""
    scarcest = min(stocks, key=lambda stock: (stock.left, stock.size - stock.sold), default=None)
    if scarcest is None or scarcest.left > FEW:
        return MANY
    if scarcest.left > 0:
        return Availability(Level.FEW, scarcest.left)
    return Availability(Level.HELD if scarcest.sold < scarcest.size else Level.SOLD_OUT)


def availability(
    *, event: Event, product: Product, quota_ids: Iterable[int], stocks: Mapping[int, Stock], now: datetime
) -> Availability:
    """Window first, then stock. A quota that was not read counts as sold out, so nothing is promised by mistake."""
    state = sale_state(event, product, now)
    if state is not SaleState.ON_SALE:
        return _BY_STATE[state]
    return stock_availability(stocks.get(quota_id, Stock(0, 0, 0)) for quota_id in quota_ids)


def best(found: Iterable[Availability]) -> Availability:
    """Of several sizes: the product is as available as its most available size."""
    order = list(Level)
    return min(found, key=lambda one: (order.index(one.level), -(one.left or 0)))
