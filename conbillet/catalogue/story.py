"""A convention from a few answers: which products and quotas it needs, with sensible limits. Pure; `create_event` stores it.

Setup by story, not by settings: everything here can be changed afterwards, one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from conbillet.core.clock import day_end, day_start
from conbillet.core.formats import format_day

from .models import ProductKind
from .rules import usual_vat

# Kitchens, beds and printers want to know earlier than the door does; where there is time, these sales close first.
EARLY_DAYS = 14
MOST_DAYS = 31


@dataclass(frozen=True)
class Story:
    """The answers. Amounts are gross øre; None means that it is not offered."""

    name: str
    starts_on: date
    ends_on: date
    capacity: int
    adult_amount: int
    kind: str = "mixed"
    venue: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    young_amount: int | None = None
    children_free: bool = True
    day_amount: int | None = None
    dues_amount: int | None = None
    adult_member_amount: int | None = None
    young_member_amount: int | None = None
    beds: int = 0
    bed_amount: int | None = None
    breakfast_amount: int | None = None
    dinner_amount: int | None = None
    shirt_amount: int | None = None
    shirt_sizes: tuple[str, ...] = ("S", "M", "L", "XL", "2XL")
    donation: bool = False


@dataclass(frozen=True)
class PlannedProduct:
    kind: str
    amount: int
    fields: dict[str, Any]
    member_amount: int | None = None
    quotas: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """`quotas`: name → size; products name the quotas that they take from."""

    event: dict[str, Any]
    quotas: dict[str, int]
    products: tuple[PlannedProduct, ...] = field(default_factory=tuple)


HOUSE, BEDS = "Mennesker i huset", "Sovepladser"


def plan(story: Story, *, registered_for_vat: bool, now: datetime) -> Plan:
    """What the answers amount to. What visitors read is there in Danish and in English."""
    quotas = {HOUSE: story.capacity}
    if story.bed_amount is not None and story.beds:
        quotas[BEDS] = story.beds
    event = {
        "name": story.name,
        "kind": story.kind,
        "starts_on": story.starts_on,
        "ends_on": story.ends_on,
        "venue": story.venue,
        "street": story.street,
        "postcode": story.postcode,
        "city": story.city,
        "sales_close_at": day_end(story.ends_on),
    }
    products = [*_tickets(story), *_extras(story, _early(story, now))]
    for product in products:
        product.fields["vat_code"] = usual_vat(product.kind, registered=registered_for_vat)
    return Plan(event, quotas, tuple(products))


def _early(story: Story, now: datetime) -> datetime | None:
    """When the sale of beds, meals and shirts closes; None when the event is too near for that."""
    closes = day_start(story.starts_on - timedelta(days=EARLY_DAYS))
    return closes if closes > now + timedelta(days=7) else None


def _tickets(story: Story) -> Iterator[PlannedProduct]:
    own = {"needs_person": True, "per_order": 10}
    several = story.ends_on > story.starts_on
    lowest = 18 if story.young_amount is not None else 15 if story.children_free else None
    names = _names("Voksen, alle dage", "Adult, all days") if several else _names("Voksen", "Adult")
    yield PlannedProduct(
        ProductKind.TICKET,
        story.adult_amount,
        {**names, "age_from": lowest, **own},
        story.adult_member_amount,
        (HOUSE,),
    )
    if story.young_amount is not None:
        lowest = 15 if story.children_free else None
        names = (
            _names("Ung, 15–17 år", "Young, 15–17 years")
            if lowest
            else _names("Ung under 18 år", "Young, under 18 years")
        )
        ages = {"age_from": lowest, "age_to": 17}
        yield PlannedProduct(
            ProductKind.TICKET, story.young_amount, {**names, **ages, **own}, story.young_member_amount, (HOUSE,)
        )
    if story.children_free:
        text = {
            "description_da": "Gratis, men alle i huset skal have en billet.",
            "description_en": "Free, but everybody in the house needs a ticket.",
        }
        yield PlannedProduct(
            ProductKind.TICKET,
            0,
            {**_names("Barn, 0–14 år", "Child, 0–14 years"), **text, "age_to": 14, **own},
            None,
            (HOUSE,),
        )
    if story.day_amount is not None and several:
        for day in _days(story.starts_on, story.ends_on):
            fields = {**_names("Dagsbillet", "Day ticket", day), "valid_on": day, **own}
            yield PlannedProduct(ProductKind.DAY_TICKET, story.day_amount, fields, None, (HOUSE,))
    if story.dues_amount is not None:
        fields = {**_names("Kontingent", "Membership"), **own}  # its period is shown beside it
        if _member_prices(story):
            fields |= {
                "description_da": "Giver medlemspris på billetter.",
                "description_en": "Gives the member price on tickets.",
            }
        yield PlannedProduct(ProductKind.MEMBERSHIP, story.dues_amount, fields)


def _member_prices(story: Story) -> bool:
    return story.adult_member_amount is not None or story.young_member_amount is not None


def _extras(story: Story, early: datetime | None) -> Iterator[PlannedProduct]:
    own = {"needs_person": True, "needs_ticket": True, "sales_close_at": early}
    evenings = list(_days(story.starts_on, story.ends_on - timedelta(days=1))) or [story.starts_on]
    mornings = list(_days(story.starts_on + timedelta(days=1), story.ends_on)) or [story.starts_on]
    if story.bed_amount is not None and story.beds:
        names = _names("Soveplads, alle nætter", "Sleeping place, all nights")
        yield PlannedProduct(ProductKind.SLEEPING, story.bed_amount, {**names, **own}, None, (BEDS,))
    if story.breakfast_amount is not None:
        for day in mornings:
            yield PlannedProduct(
                ProductKind.MEAL,
                story.breakfast_amount,
                {**_names("Morgenmad", "Breakfast", day), "valid_on": day, **own},
            )
    if story.dinner_amount is not None:
        for day in evenings:
            yield PlannedProduct(
                ProductKind.MEAL, story.dinner_amount, {**_names("Aftensmad", "Dinner", day), "valid_on": day, **own}
            )
    if story.shirt_amount is not None:
        fields = {**_names("T-shirt", "T-shirt"), "sales_close_at": early, "per_order": 10}
        yield PlannedProduct(ProductKind.MERCHANDISE, story.shirt_amount, fields, None, (), story.shirt_sizes)
    if story.donation:
        yield PlannedProduct(
            ProductKind.DONATION, 1000, {**_names("Støt foreningen", "Support the association"), "per_order": 1}
        )


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(min((last - first).days + 1, MOST_DAYS)):
        yield first + timedelta(days=number)


def _names(danish: str, english: str, day: date | None = None) -> dict[str, Any]:
    """In both languages; with a day: `Aftensmad, fredag 3. april` and `Dinner, Friday 3 April`."""
    if day is not None:
        weekday, number, month = format_day(day, "da", "weekday").replace(" den", "").split()[:3]
        danish = f"{danish}, {weekday} {number} {month}"
        english = f"{english}, {' '.join(format_day(day, 'en', 'weekday').split()[:3])}"
    return {"name_da": danish, "name_en": english}


def story_refusals(story: Story) -> dict[str, str]:
    """What cannot be, by field."""
    found = {}
    if story.ends_on < story.starts_on:
        found["ends_on"] = _("The last day cannot be before the first.")
    elif (story.ends_on - story.starts_on).days >= MOST_DAYS:
        found["ends_on"] = _("A convention can last at most %(days)s days here.") % {"days": MOST_DAYS}
    if not 1 <= story.capacity <= 1_000_000:
        found["capacity"] = _("How many people may there be in the house at once?")
    if story.bed_amount is not None and story.beds < 1:
        found["beds"] = _("How many can sleep there?")
    if _member_prices(story) and story.dues_amount is None:
        found["dues_amount"] = _("A member price needs a membership: what does it cost?")
    if story.young_member_amount is not None and story.young_amount is None:
        found["young_amount"] = _("There is a member price for the young, but no ordinary one.")
    return found
