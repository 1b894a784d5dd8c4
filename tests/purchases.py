"""Buying without a browser: what the tests of several rooms need to get to a paid order quickly."""

from datetime import date, datetime

from conbillet.catalogue.offer import offer_of
from conbillet.core.actor import ANONYMOUS
from conbillet.payments.models import Payment
from conbillet.sales.actions.add_to_cart import Wish, add_to_cart
from conbillet.sales.actions.place_order import OrderDetails, PersonDetails
from conbillet.sales.models import Cart, Order
from conbillet.sales.pricing import default_people
from conbillet.workflows.purchase import Accepted, confirm_payment, place_order

ADA = PersonDetails(
    name="Ada Lund",
    badge_name="Ada",
    email="ada@example.com",
    birth_date=date(1990, 5, 1),
    gender="woman",
    street="Skovvej 1",
    postcode="8000",
    city="Aarhus C",
)
BO = PersonDetails(
    name="Bo Lund",
    badge_name="Bo",
    email="bo@example.com",
    birth_date=date(1988, 2, 29),
    gender="man",
    street="Skovvej 1",
    postcode="8000",
    city="Aarhus C",
)
ACCEPTED = Accepted(terms="2026-11-22", policy="2026-11-22")


def cart_with(world, now: datetime, *wishes: Wish) -> Cart:
    return add_to_cart(event=world.event, cart=None, wishes=list(wishes), language="da", now=now)


def details_for(cart: Cart, *people: PersonDetails, method: str = "card", **rest) -> OrderDetails:
    people = people or (ADA, BO)
    lines = list(cart.lines.order_by("pk"))
    return OrderDetails(
        buyer=people[0],
        method=method,
        people={str(number): person for number, person in enumerate(people, start=1)},
        people_of=default_people(lines, offer_of(cart.event)),
        **rest,
    )


def order_of(
    world, now: datetime, *wishes: Wish, method: str = "card", people: tuple[PersonDetails, ...] = ()
) -> Order:
    cart = cart_with(world, now, *wishes)
    return place_order(
        cart=cart, details=details_for(cart, *people, method=method), accepted=ACCEPTED, actor=ANONYMOUS, now=now
    )


def pay_for(order: Order, now: datetime, *, provider_payment: str = "") -> Order:
    payment = Payment.objects.get(about=order.reference)
    return confirm_payment(
        payment_id=payment.pk,
        amount=order.amount,
        provider_payment=provider_payment or f"pi_{order.reference}",
        provider_method="card",
        now=now,
    )


def paid_order(world, now: datetime, *wishes: Wish) -> Order:
    return pay_for(order_of(world, now, *wishes), now)
