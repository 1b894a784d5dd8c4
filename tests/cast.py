"""The fixed cast of the tests: an association with an owner and door crew, a stranger from another one, a buyer.

`world` builds it with one statement (`core/rows.py`); every test that needs people or an event starts from it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import pytest
from django.db.models import Model

from conbillet.accounts.models import Account, Person
from conbillet.catalogue.models import Event, Price, Product, ProductKind, ProductQuota, Quota, Variant
from conbillet.core import rows
from conbillet.core.actor import Actor, person_actor
from conbillet.core.references import new_reference
from conbillet.memberships.models import MembershipType
from conbillet.organizations.models import Organization, Role, RoleKind

Row = TypeVar("Row", bound=Model)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def put(row: Row) -> Row:
    """Insert it; inside `rows.gathered()`, together with the others."""
    rows.insert([row])
    return row


def make_person(name: str, email: str = "", **fields) -> Person:
    person = put(Person(name=name, created_at=NOW, updated_at=NOW, **fields))
    if email:
        account = Account(person=person, email=email, created_at=NOW)
        account.set_unusable_password()
        put(account)
    return person


def make_organization(slug: str, name: str) -> Organization:
    return put(
        Organization(
            slug=slug,
            name=name,
            cvr="13585628",
            street="Ringgaden 1",
            postcode="8000",
            city="Aarhus C",
            email=f"kontakt@{slug}.example",
            created_at=NOW,
        )
    )


def make_event(organization: Organization, slug: str = "fastaval", **fields) -> Event:
    values = {
        "name": "Fastaval 2026",
        "state": Event.State.LIVE,
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2026, 4, 5),
        "venue": "Hobro Skole",
        "street": "Skolegade 1",
        "postcode": "9500",
        "city": "Hobro",
        "sales_open_at": NOW - timedelta(days=30),
        "sales_close_at": NOW + timedelta(days=30),
        "created_at": NOW,
    }
    return put(Event(organization=organization, slug=slug, reference=new_reference(), **{**values, **fields}))


def make_quota(event: Event, name: str, size: int) -> Quota:
    return put(Quota(organization_id=event.organization_id, event=event, name=name, size=size))


def make_product(
    event: Event, kind: str, name: str, amount: int, *, member_amount: int | None = None, quotas=(), **fields
) -> Product:
    product = put(
        Product(organization_id=event.organization_id, event=event, kind=kind, name_da=name, name_en=name, **fields)
    )
    put(Price(organization_id=event.organization_id, product=product, amount=amount))
    if member_amount is not None:
        put(
            Price(
                organization_id=event.organization_id,
                product=product,
                audience=Price.Audience.MEMBER,
                amount=member_amount,
            )
        )
    for quota in quotas:
        put(ProductQuota(organization_id=event.organization_id, product=product, quota=quota))
    return product


@dataclass
class World:
    organization: Organization
    other: Organization
    owner: Person
    door_crew: Person
    stranger: Person
    buyer: Person
    event: Event
    people: Quota
    beds: Quota
    adult: Product
    child: Product
    day: Product
    membership: Product
    bed: Product
    shirt: Product
    donation: Product
    sizes: dict[str, Variant]

    def actor(self, person: Person, kind: str = RoleKind.OWNER) -> Actor:
        return person_actor(person.pk).for_organization(self.organization.pk, kind)


@pytest.fixture
def now() -> datetime:
    return NOW


def make_world(*, tag: str = "", now: datetime = NOW, first_day: date = date(2026, 4, 1)) -> World:
    """The whole cast, with one live event of every kind of product: 10 places, 2 beds, 3 shirts in M, 1 in L.

    `tag` keeps addresses apart where several casts share one database; names stay the same.
    """
    with rows.gathered():
        return _make_world(tag, now, first_day)


def _make_world(tag: str, now: datetime, first_day: date) -> World:
    organization, other = make_organization(f"alea{tag}", "ALEA"), make_organization(f"hyggecon{tag}", "Hyggecon")
    owner, crew = (
        make_person("Olga Owner", f"owner{tag}@alea.example"),
        make_person("Dorte Dør", f"door{tag}@alea.example"),
    )
    stranger, buyer = (
        make_person("Sten Stranger", f"stranger{tag}@hyggecon.example"),
        make_person("Bodil Buyer", f"buyer{tag}@example.com"),
    )
    for person, at, kind in (
        (owner, organization, RoleKind.OWNER),
        (crew, organization, RoleKind.DOOR_CREW),
        (stranger, other, RoleKind.OWNER),
    ):
        put(Role(organization=at, person=person, kind=kind, granted_at=now))
    event = make_event(
        organization,
        name=f"Fastaval {first_day.year}",
        starts_on=first_day,
        ends_on=first_day + timedelta(days=4),
        sales_open_at=now - timedelta(days=30),
        sales_close_at=now + timedelta(days=30),
    )
    people, beds = make_quota(event, "People in the house", 10), make_quota(event, "Beds", 2)
    membership_type = put(MembershipType(organization=organization, name_da="Medlem af ALEA", name_en="Member of ALEA"))
    adult = make_product(
        event,
        ProductKind.TICKET,
        "Adult, all days",
        40000,
        member_amount=27500,
        quotas=[people],
        needs_person=True,
        age_from=18,
        position=1,
    )
    child = make_product(
        event, ProductKind.TICKET, "Child 0-14", 0, quotas=[people], needs_person=True, age_to=14, position=2
    )
    day = make_product(
        event,
        ProductKind.DAY_TICKET,
        "Day ticket",
        14000,
        quotas=[people],
        needs_person=True,
        valid_on=first_day + timedelta(days=1),
        position=3,
    )
    membership = make_product(
        event,
        ProductKind.MEMBERSHIP,
        f"Kontingent {first_day.year}",
        7500,
        needs_person=True,
        membership_type=membership_type,
        per_order=4,
        position=4,
    )
    bed = make_product(
        event,
        ProductKind.SLEEPING,
        "Sleeping place",
        20000,
        quotas=[beds],
        needs_person=True,
        needs_ticket=True,
        position=5,
    )
    shirt = make_product(event, ProductKind.MERCHANDISE, "T-shirt", 15000, position=6)
    donation = make_product(event, ProductKind.DONATION, "Donation", 1000, position=7)
    sizes = {}
    for position, (size, stock) in enumerate((("M", 3), ("L", 1))):
        sizes[size] = put(Variant(organization=organization, product=shirt, name=size, position=position))
        put(
            ProductQuota(
                organization=organization,
                product=shirt,
                variant=sizes[size],
                quota=make_quota(event, f"T-shirt {size}", stock),
            )
        )
    return World(
        organization,
        other,
        owner,
        crew,
        stranger,
        buyer,
        event,
        people,
        beds,
        adult,
        child,
        day,
        membership,
        bed,
        shirt,
        donation,
        sizes,
    )


@pytest.fixture
def world(db) -> World:
    """The cast of a test, around `NOW`; see `make_world`."""
    return make_world()
