"""Many people at an event, quickly: paid orders of one ticket each, without the way through the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from conbillet.catalogue.models import Event, Product
from conbillet.core.references import new_reference
from conbillet.sales.models import Order, OrderLine, Participant


@dataclass(frozen=True)
class Guest:
    """Somebody who holds a ticket."""

    gender: str = "woman"
    birth_date: date | None = date(1990, 5, 1)
    postcode: str = "8000"
    country: str = "DK"
    email: str = ""
    name: str = "Gæst"
    person_id: UUID | None = None


def let_come(event: Event, product: Product, guests: Sequence[Guest], *, now: datetime, state: str = "paid") -> list[Order]:
    """A paid order for each of them."""
    own = {"organization_id": event.organization_id}
    orders = Order.objects.bulk_create(
        Order(
            event=event, reference=new_reference(), access_key="x", state=state, method="card", amount=100,
            buyer_email=guest.email, placed_at=now, paid_at=now, **own,
        )
        for guest in guests
    )  # fmt: skip
    people = Participant.objects.bulk_create(
        Participant(
            order=order, person_id=guest.person_id, name=guest.name, email=guest.email, birth_date=guest.birth_date,
            gender=guest.gender, postcode=guest.postcode, country=guest.country, **own,
        )
        for order, guest in zip(orders, guests, strict=True)
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, position=1, kind=product.kind, product=product, participant=person, text=product.name_da,
            amount=100, vat_code="not_registered", added_at=now, **own,
        )
        for order, person in zip(orders, people, strict=True)
    )  # fmt: skip
    return orders


def take_back(orders: Sequence[Order], *, now: datetime) -> None:
    """Every line of theirs is reversed."""
    lines = OrderLine.objects.filter(order__in=orders)
    OrderLine.objects.bulk_create(
        OrderLine(
            organization_id=line.organization_id, order_id=line.order_id, position=9, kind=line.kind,
            product_id=line.product_id, participant_id=line.participant_id, text=line.text, amount=-line.amount,
            vat_code=line.vat_code, reverses=line, added_at=now,
        )
        for line in lines
    )  # fmt: skip
