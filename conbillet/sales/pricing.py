"""What a cart costs, computed in one place for the page that shows it and the order that freezes it (I12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conbillet.catalogue.models import Price, Product, ProductKind
from conbillet.catalogue.offer import Offer
from conbillet.catalogue.rules import price_for, takes_amount
from conbillet.core.money import vat_in

from .models import CartLine


@dataclass(frozen=True)
class PricedLine:
    """One unit: whom it is for (a key of the order's people, or none), its price and the VAT inside it, in øre."""

    line_id: int
    product: Product
    variant_id: int | None
    person: str | None
    audience: str
    amount: int
    vat_amount: int


@dataclass(frozen=True)
class Quote:
    lines: tuple[PricedLine, ...]

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def vat_amount(self) -> int:
        return sum(line.vat_amount for line in self.lines)


def default_people(lines: Sequence[CartLine], offer: Offer) -> dict[int, str]:
    """Whose each line is before anybody has said, by the fewest people that it can be for; keys "1", "2", …

    Tickets are dealt out first. Nobody gets two of the same thing, two tickets for the same day, or things for different
    ages; a bed, a meal or a membership goes to somebody who has a ticket, if there is one left who has none yet.
    """
    personal = [line for line in lines if offer.products[line.product_id].needs_person]
    personal.sort(key=lambda line: not offer.products[line.product_id].admits)
    people: list[list[Product]] = []
    owners: dict[int, str] = {}
    for line in personal:
        product = offer.products[line.product_id]
        place = next(
            (at for at, mine in enumerate(people) if all(_go_together(product, other) for other in mine)), None
        )
        if place is None:
            people.append([])
            place = len(people) - 1
        people[place].append(product)
        owners[line.pk] = str(place + 1)
    return owners


def _go_together(one: Product, other: Product) -> bool:
    """Can the same person be meant by both?"""
    if one.pk == other.pk:
        return False
    if (
        one.admits
        and other.admits
        and (one.valid_on is None or other.valid_on is None or one.valid_on == other.valid_on)
    ):
        return False
    oldest = min(99 if one.age_to is None else one.age_to, 99 if other.age_to is None else other.age_to)
    return max(one.age_from or 0, other.age_from or 0) <= oldest


def quote(
    *, lines: Sequence[CartLine], offer: Offer, people: Mapping[int, str], members: frozenset[str] = frozenset()
) -> Quote:
    """Price every line. `people` says whose a line is; `members` are the people who are members already.

    Whoever gets a membership in the same order is a member too. The member's price holds for one unit of a product a
    person. A donation costs what its giver chose, but no less than its price.
    """
    joining = {
        people[line.pk]
        for line in lines
        if line.pk in people and offer.products[line.product_id].kind == ProductKind.MEMBERSHIP
    }
    entitled = members | joining
    used: set[tuple[str, int]] = set()
    priced = []
    for line in lines:
        product = offer.products[line.product_id]
        person = people.get(line.pk)
        price = price_for(product)
        if person is not None and person in entitled and (person, product.pk) not in used:
            used.add((person, product.pk))
            price = price_for(product, Price.Audience.MEMBER)
        amount = max(price.amount, line.amount or 0) if takes_amount(product) else price.amount
        priced.append(
            PricedLine(
                line.pk, product, line.variant_id, person, price.audience, amount, vat_in(amount, product.vat_code)
            )
        )
    return Quote(tuple(priced))
