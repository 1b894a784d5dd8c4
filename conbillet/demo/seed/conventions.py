"""Three associations and their conventions. Prices are those of Fastaval 2025, as published; names are made up."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from conbillet.catalogue.models import Event, Price, Product, ProductKind, ProductQuota, Quota, Variant
from conbillet.core.clock import COPENHAGEN, day_end, day_start
from conbillet.core.references import new_reference
from conbillet.memberships.models import MembershipType
from conbillet.organizations.models import Organization

from . import texts


@dataclass
class Convention:
    """An event with its products by a short name."""

    event: Event
    products: dict[str, Product]
    sizes: dict[str, Variant]


def make_organizations(now: datetime) -> dict[str, Organization]:
    rows = [
        (
            "nordlys",
            "Rollespilsforeningen Nordlys",
            "13585628",
            "Ringgaden 12",
            "9500",
            "Hobro",
            "#6d28d9",
            texts.NORDLYS_DA,
            texts.NORDLYS_EN,
        ),
        (
            "terningen",
            "Brætspilsklubben Terningen",
            "25313763",
            "Havnegade 4",
            "5000",
            "Odense C",
            "#0f766e",
            texts.TERNINGEN_DA,
            texts.TERNINGEN_EN,
        ),
        (
            "hikari",
            "Hikari Anime & Cosplay",
            "29189811",
            "Enghavevej 80",
            "2450",
            "København SV",
            "#be185d",
            texts.HIKARI_DA,
            texts.HIKARI_EN,
        ),
    ]
    return {
        slug: Organization.objects.create(
            slug=slug,
            name=name,
            cvr=cvr,
            street=street,
            postcode=postcode,
            city=city,
            email=f"kontakt@{slug}.example",
            phone="+4570102030",
            website=f"https://{slug}.example",
            about_da=about_da,
            about_en=about_en,
            accent_colour=colour,
            created_at=now - timedelta(days=900),
        )
        for slug, name, cvr, street, postcode, city, colour, about_da, about_en in rows
    }


def last_year_and_this_year(now: datetime) -> tuple[date, date]:
    """The first days (Wednesdays) of last year's convention and of the coming one, four months away."""
    coming = now.date() + timedelta(days=120)
    coming += timedelta(days=(2 - coming.weekday()) % 7)
    return coming - timedelta(days=364), coming


def make_big_convention(
    organization: Organization, first: date, *, closed: bool, now: datetime, size: int = 1400
) -> Convention:
    """Five days of role-playing with everything that can be sold."""
    year = first.year
    event = Event.objects.create(
        organization=organization,
        reference=new_reference(),
        slug=f"nordlyscon-{year}",
        name=f"Nordlyscon {year}",
        kind="roleplaying",
        state=Event.State.CLOSED if closed else Event.State.LIVE,
        starts_on=first,
        ends_on=first + timedelta(days=4),
        opens_at=time(16, 0),
        venue="Hobro Idrætscenter",
        street="Amerikavej 4",
        postcode="9500",
        city="Hobro",
        tagline_da=texts.BIG_TAGLINE_DA,
        tagline_en=texts.BIG_TAGLINE_EN,
        description_da=texts.BIG_DA,
        description_en=texts.BIG_EN,
        practical_da=texts.BIG_PRACTICAL_DA,
        practical_en=texts.BIG_PRACTICAL_EN,
        sales_open_at=day_start(first - timedelta(days=150)),
        sales_close_at=datetime.combine(first - timedelta(days=2), time(23, 59), COPENHAGEN),
        order_limit=30,
        transfer_allowed=True,
        transfer_account="9361 0001234567",
        door_allowed=True,
        created_at=now - timedelta(days=400 if closed else 60),
    )
    shop = _Shop(event)
    people, beds = shop.quota("Mennesker i huset", size), shop.quota("Sovepladser", size // 3)
    membership = MembershipType.objects.filter(organization=organization).first() or MembershipType.objects.create(
        organization=organization, name_da="Medlemskab af Nordlys", name_en="Membership of Nordlys"
    )
    shop.add(
        "adult",
        ProductKind.TICKET,
        "Voksen, alle dage",
        "Adult, all days",
        40000,
        27500,
        [people],
        age_from=18,
        needs_person=True,
    )
    shop.add(
        "young",
        ProductKind.TICKET,
        "Ung 15-17 år, alle dage",
        "Young 15-17, all days",
        27500,
        15000,
        [people],
        age_from=15,
        age_to=17,
        needs_person=True,
    )
    shop.add(
        "child",
        ProductKind.TICKET,
        "Barn 0-14 år",
        "Child 0-14",
        0,
        None,
        [people],
        age_to=14,
        needs_person=True,
        description_da="Gratis, men skal tilmeldes sammen med en voksen.",
        description_en="Free, but must be registered together with an adult.",
    )
    for offset, (da, en) in enumerate([("torsdag", "Thursday"), ("fredag", "Friday"), ("lørdag", "Saturday")], start=1):
        shop.add(
            f"day{offset}",
            ProductKind.DAY_TICKET,
            f"Dagsbillet {da}",
            f"Day ticket {en}",
            14000,
            None,
            [people],
            valid_on=first + timedelta(days=offset),
            needs_person=True,
        )
    shop.add(
        "membership",
        ProductKind.MEMBERSHIP,
        f"Kontingent {_dues_year(now, first, closed)}",
        f"Dues {_dues_year(now, first, closed)}",
        7500,
        None,
        [],
        membership_type=membership,
        needs_person=True,
        per_order=6,
        description_da="Giver medlemspris på billetten.",
        description_en="Gives the member price on the ticket.",
    )
    shop.add(
        "sleeping",
        ProductKind.SLEEPING,
        "Soveplads, alle nætter",
        "Sleeping place, all nights",
        20000,
        None,
        [beds],
        needs_ticket=True,
        needs_person=True,
    )
    shop.add(
        "one_night",
        ProductKind.SLEEPING,
        "Soveplads, én nat",
        "Sleeping place, one night",
        10000,
        None,
        [beds],
        needs_ticket=True,
        needs_person=True,
    )
    shop.add(
        "mattress",
        ProductKind.SLEEPING,
        "Madras",
        "Mattress",
        15000,
        None,
        [shop.quota("Madrasser", 120)],
        needs_ticket=True,
        needs_person=True,
    )
    pay_by = first - timedelta(days=14)
    shop.add(
        "breakfast",
        ProductKind.MEAL,
        "Morgenmad, alle dage",
        "Breakfast, all days",
        12000,
        None,
        [shop.quota("Morgenmad", 500)],
        needs_ticket=True,
        needs_person=True,
        pay_by_on=pay_by,
    )
    shop.add(
        "dinner",
        ProductKind.MEAL,
        "Aftensmad, alle dage",
        "Dinner, all days",
        32000,
        None,
        [shop.quota("Aftensmad", 450)],
        needs_ticket=True,
        needs_person=True,
        pay_by_on=pay_by,
    )
    shirt = shop.add(
        "shirt",
        ProductKind.MERCHANDISE,
        f"T-shirt {year}",
        f"T-shirt {year}",
        15000,
        None,
        [],
        description_da="Årets motiv på økologisk bomuld.",
        description_en="This year's print on organic cotton.",
    )
    sizes = shop.sizes(shirt, {"XS": 25, "S": 60, "M": 110, "L": 110, "XL": 70, "XXL": 40})
    shop.add(
        "donation", ProductKind.DONATION, "Støt børnebilletterne", "Support the children's tickets", 1000, None, []
    )
    return Convention(event, shop.products, sizes)


def make_small_convention(
    organization: Organization,
    slug: str,
    name: str,
    kind: str,
    first: date,
    days: int,
    venue: str,
    words: texts.Words,
    now: datetime,
) -> Convention:
    event = Event.objects.create(
        organization=organization,
        reference=new_reference(),
        slug=slug,
        name=name,
        kind=kind,
        state=Event.State.LIVE,
        starts_on=first,
        ends_on=first + timedelta(days=days - 1),
        opens_at=time(10, 0),
        venue=venue,
        street=organization.street,
        postcode=organization.postcode,
        city=organization.city,
        tagline_da=words.tagline_da,
        tagline_en=words.tagline_en,
        description_da=words.da,
        description_en=words.en,
        sales_open_at=day_start(now.date() - timedelta(days=20)),
        sales_close_at=day_end(first),
        created_at=now - timedelta(days=40),
    )
    shop = _Shop(event)
    people = shop.quota("Pladser", 300)
    shop.add(
        "adult", ProductKind.TICKET, "Billet, alle dage", "Ticket, all days", 22000, None, [people], needs_person=True
    )
    shop.add(
        "child", ProductKind.TICKET, "Barn under 12", "Child under 12", 0, None, [people], age_to=11, needs_person=True
    )
    shop.add(
        "day1",
        ProductKind.DAY_TICKET,
        "Dagsbillet, første dag",
        "Day ticket, first day",
        12000,
        None,
        [people],
        valid_on=first,
        needs_person=True,
    )
    shop.add("lunch", ProductKind.MEAL, "Frokost", "Lunch", 6500, None, [shop.quota("Frokost", 80)], needs_ticket=True)
    return Convention(event, shop.products, {})


def _dues_year(now: datetime, first: date, closed: bool) -> int:
    """Dues are for the calendar year in which they are bought: the coming event sells this year's until New Year."""
    return first.year if closed else now.year


class _Shop:
    """Adds products to an event in the order in which they are written down."""

    def __init__(self, event: Event) -> None:
        self.event, self.products = event, dict[str, Product]()

    def quota(self, name: str, size: int) -> Quota:
        return Quota.objects.create(organization_id=self.event.organization_id, event=self.event, name=name, size=size)

    def add(
        self,
        key: str,
        kind: str,
        name_da: str,
        name_en: str,
        amount: int,
        member: int | None,
        quotas: list[Quota],
        **fields: object,
    ) -> Product:
        own = self.event.organization_id
        product = Product.objects.create(
            organization_id=own,
            event=self.event,
            kind=kind,
            name_da=name_da,
            name_en=name_en,
            position=len(self.products) + 1,
            **fields,
        )
        Price.objects.create(organization_id=own, product=product, amount=amount)
        if member is not None:
            Price.objects.create(organization_id=own, product=product, amount=member, audience=Price.Audience.MEMBER)
        ProductQuota.objects.bulk_create(
            [ProductQuota(organization_id=own, product=product, quota=quota) for quota in quotas]
        )
        self.products[key] = product
        return product

    def sizes(self, product: Product, stock: dict[str, int]) -> dict[str, Variant]:
        own, made = self.event.organization_id, {}
        for position, (name, size) in enumerate(stock.items()):
            made[name] = Variant.objects.create(organization_id=own, product=product, name=name, position=position)
            ProductQuota.objects.create(
                organization_id=own, product=product, variant=made[name], quota=self.quota(f"T-shirt {name}", size)
            )
        return made
