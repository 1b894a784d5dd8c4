"""The parts of the checkout's page: rows of the cart, people, and what is asked about whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from conbillet.catalogue.models import Price, Product, ProductKind
from conbillet.catalogue.rules import takes_amount
from conbillet.sales.pricing import PricedLine

from .checkout_form import Needs, PersonForm

_ICONS: dict[str, str] = {ProductKind.MEMBERSHIP: "person", ProductKind.SLEEPING: "bed", ProductKind.MEAL: "meal"}


@dataclass
class Row:
    """One product (in one size) in the cart, with everything that it costs together."""

    product: Product
    variant_id: int | None
    name: str
    units: list[PricedLine]
    dues: list[tuple[date, date]] = field(default_factory=list)  # of a membership; two when people differ
    error: str = ""

    @property
    def quantity(self) -> int:
        return len(self.units)

    @property
    def amount(self) -> int:
        return sum(unit.amount for unit in self.units)

    @property
    def vat_amount(self) -> int:
        return sum(unit.vat_amount for unit in self.units)

    @property
    def members(self) -> int:
        """How many units cost the member's price."""
        return sum(unit.audience == Price.Audience.MEMBER for unit in self.units)

    @property
    def code(self) -> str:
        return f"{self.product.pk}.{self.variant_id or 0}"

    @property
    def fewer(self) -> int:
        return self.quantity - 1

    @property
    def more(self) -> int:
        return self.quantity + 1

    @property
    def fixed(self) -> bool:
        """A gift has an amount and no number."""
        return takes_amount(self.product)


@dataclass
class Thing:
    """One unit that belongs to somebody."""

    line_id: int
    name: str
    icon: str


@dataclass
class Block:
    """One person of the order with what is theirs."""

    key: str
    form: PersonForm
    things: list[Thing] = field(default_factory=list)
    is_new: bool = False

    @property
    def title(self) -> str:
        typed = str(self.form["name"].value() or "").strip()
        number = _("Person %(number)s") % {"number": self.key}
        return f"{number}: {typed}" if typed and not self.form.is_buyer else number


def needs_of(products: Sequence[Product]) -> Needs:
    """What must be asked about the person who gets these."""
    return Needs(
        birth_date=any(product.age_from is not None or product.age_to is not None for product in products),
        documentation=any(product.kind == ProductKind.MEMBERSHIP for product in products),
    )


def icon_of(product: Product) -> str:
    return _ICONS.get(product.kind, "ticket")
