"""Turn a cart into an order with fixed prices."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from conbillet.catalogue.models import Event, ProductKind
from conbillet.catalogue.offer import Offer, offer_at
from conbillet.catalogue.rules import age_refusal, order_limit_refusals, sale_refusal
from conbillet.core import audit, rows
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day, day_end
from conbillet.core.money import LARGEST_AMOUNT
from conbillet.core.people import PayerRelation
from conbillet.core.prepared import columns, fetch, made
from conbillet.core.references import new_reference
from conbillet.memberships.periods import period_after
from conbillet.memberships.queries import MemberStanding, types_by_id
from conbillet.payments.checkout import LARGEST, SMALLEST

from ..models import Cart, CartLine, Hold, Order, OrderLine, Participant
from ..pricing import PricedLine, Quote, quote
from ..queries import members_among, standings_of
from .add_to_cart import CannotAddToCart, lock_cart, set_hold


@dataclass(frozen=True)
class PersonDetails:
    """Somebody a line is for; the six fields and a badge name. `person_id` only when the person is known for certain."""

    name: str
    badge_name: str = ""
    email: str = ""
    birth_date: date | None = None
    gender: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "DK"
    person_id: UUID | None = None
    municipality_code: str = ""  # where the postcode lies in several and somebody said which


@dataclass(frozen=True)
class OrderDetails:
    """What the buyer typed. `people` by a key of the form; `people_of` says whose a cart line is; relations likewise."""

    buyer: PersonDetails
    method: str
    people: Mapping[str, PersonDetails]
    people_of: Mapping[int, str]
    payer_relations: Mapping[int, str] = field(default_factory=dict)
    shown_amount: int | None = None
    language: str = ""  # of the order and its mails; the cart's if empty


class CannotPlaceOrder(Exception):
    """Refused; `message` is fit for the visitor; `line_id` and `person` say beside what it belongs."""

    message: str | Promise = _("The order could not be placed.")

    def __init__(
        self, message: str = "", *, line_id: int | None = None, person: str | None = None, field: str = ""
    ) -> None:
        super().__init__(f"line {line_id}")
        self.line_id, self.person, self.field = line_id, person, field
        if message:
            self.message = message


class CartEmpty(CannotPlaceOrder):
    message = _("The cart is empty.")


class AlreadyOrdered(CannotPlaceOrder):
    """The cart was ordered already (double click, back button); `order` is that order."""

    message = _("This cart has already been ordered.")
    order: Order


class PlacesGone(CannotPlaceOrder):
    message = _("The time ran out, and somebody else took the last place.")


class NoLongerForSale(CannotPlaceOrder):
    message = _("This is not for sale any more.")


class PersonMissing(CannotPlaceOrder):
    message = _("Say whose this is.")


class WrongAge(CannotPlaceOrder):
    message = _("The age on the event's first day does not fit this ticket.")


class TooMuch(CannotPlaceOrder):
    message = _("That is more than one order may hold.")


class BeyondBelief(TooMuch):
    message = _("The total is more than we dare to believe. Is there a gift with a digit too many?")


class AmountChanged(CannotPlaceOrder):
    """The total is not the one that was shown; nothing is ordered until it was shown anew (I12). `quote` has the new one."""

    message = _("The total has changed. Look at it once more before you buy.")
    quote: Quote


class MethodNotOffered(CannotPlaceOrder):
    message = _("Choose how to pay.")


class NotByCard(MethodNotOffered):
    message = _("Cards and MobilePay take amounts from 2.50 kr. to 999,999.99 kr. only. Choose another way, or another amount.")


class TransferTooLate(MethodNotOffered):
    message = _("It is too late to pay by bank transfer.")


def place_order(*, cart: Cart, details: OrderDetails, actor: Actor, now: datetime) -> Order:
    """Fix the prices of a cart's lines in an order and keep their places until it is paid. Needs a transaction.

    Everything is checked again here, with the cart and its hold locked: window, ages, limits, price and stock. Raises a
    CannotPlaceOrder; then nothing is stored.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("place_order needs a transaction")
    cart, hold = lock_cart(cart)
    if cart.ordered_at is not None:
        refusal = AlreadyOrdered()
        refusal.order = Order.objects.get(cart=cart)
        raise refusal
    lines, offer = _contents(cart)
    event = offer.event
    _check_lines(lines, offer, details, event, now)
    known = {key: person.person_id for key, person in details.people.items()}
    standings = standings_of(organization_id=cart.organization_id, people=known, now=now)
    priced = quote(lines=lines, offer=offer, people=details.people_of, members=members_among(standings))
    if priced.amount > LARGEST_AMOUNT:
        raise BeyondBelief
    if details.shown_amount is not None and details.shown_amount != priced.amount:
        changed = AmountChanged()
        changed.quote = priced
        raise changed
    method = _method(details.method, priced.amount, event, now)
    if hold is None:
        try:
            with rows.at_once():
                hold = set_hold(cart=cart, hold=None, lines=lines, offer=offer, now=now)
        except CannotAddToCart as gone:
            raise PlacesGone(
                line_id=next((line.pk for line in lines if line.product_id == gone.product_id), None)
            ) from None

    buyer = details.buyer
    order = rows.create(
        Order,
        organization_id=cart.organization_id,
        event_id=event.pk,
        reference=new_reference(),
        access_key=new_reference(24),
        cart_id=cart.pk,
        buyer_id=buyer.person_id,
        buyer_name=buyer.name,
        buyer_email=buyer.email,
        buyer_street=buyer.street,
        buyer_postcode=buyer.postcode,
        buyer_city=buyer.city,
        buyer_country=buyer.country,
        language=details.language or cart.language or "da",
        method=method,
        amount=priced.amount,
        vat_amount=priced.vat_amount,
        placed_at=now,
        pay_by_at=_pay_by(method, event, hold, now),
    )
    order.event, order.cart = event, cart
    participants = _participants(order, details)
    _add_lines(order, priced.lines, offer, participants, details, standings, now)
    rows.execute(
        "UPDATE sales_hold SET order_id = %s, expires_at = %s WHERE id = %s",
        [order.pk, order.pay_by_at or hold.expires_at, hold.pk],
    )
    rows.execute("UPDATE sales_cart SET ordered_at = %s WHERE id = %s", [now, cart.pk])
    audit.record(
        action="order_placed",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
        amount=order.amount,
        method=method,
        lines=len(lines),
    )
    return order


_CONTENTS = (
    f"SELECT e.version, {columns(CartLine, 'l')} FROM sales_cartline l JOIN catalogue_event e ON e.id = %s "  # noqa: S608
    "WHERE l.cart_id = %s ORDER BY l.id"
)


def _contents(cart: Cart) -> tuple[list[CartLine], Offer]:
    """What is in a locked cart, and what is on offer at this moment."""
    found = fetch(_CONTENTS, [cart.event_id, cart.pk])
    if not found:
        raise CartEmpty
    return [made(CartLine, row[1:]) for row in found], offer_at(cart.event_id, found[0][0])


def _check_lines(lines: list[CartLine], offer: Offer, details: OrderDetails, event: Event, now: datetime) -> None:
    for line in lines:
        product = offer.products[line.product_id]
        refusal = sale_refusal(event, product, now)
        if refusal:
            raise NoLongerForSale(refusal, line_id=line.pk)
        if not product.needs_person:
            continue
        key = details.people_of.get(line.pk)
        person = details.people.get(key) if key else None
        if person is None or not person.name:
            raise PersonMissing(line_id=line.pk, person=key)
        refusal = age_refusal(product, person.birth_date, event)
        if refusal:
            raise WrongAge(refusal, line_id=line.pk, person=key, field="birth_date")
    refusals = order_limit_refusals(event, Counter(offer.products[line.product_id] for line in lines))
    if refusals:
        raise TooMuch(refusals[0])


def _method(asked: str, amount: int, event: Event, now: datetime) -> str:
    if amount == 0:
        return Order.Method.FREE
    if asked == Order.Method.CARD:
        if not SMALLEST <= amount <= LARGEST:
            raise NotByCard
        return asked
    if asked == Order.Method.DOOR and event.door_allowed:
        return asked
    if asked == Order.Method.TRANSFER and event.transfer_allowed:
        # The money must have arrived before the doors open.
        if copenhagen_day(now) >= event.starts_on:
            raise TransferTooLate
        return asked
    raise MethodNotOffered


def _pay_by(method: str, event: Event, hold: Hold, now: datetime) -> datetime | None:
    if method == Order.Method.TRANSFER:
        return min(
            day_end(copenhagen_day(now) + timedelta(days=event.transfer_days)),
            day_end(event.starts_on - timedelta(days=1)),
        )
    if method == Order.Method.DOOR:
        return day_end(event.ends_on)
    # By card: Stripe's sessions live at least 30 minutes; a few minutes more for the webhook to arrive.
    return max(hold.expires_at, now + timedelta(minutes=36))


def _participants(order: Order, details: OrderDetails) -> dict[str, int]:
    """A row for each person that a line is for; their ids, by the form's keys."""
    used = sorted({key for key in details.people_of.values() if key in details.people})
    return {key: _participant(order, details.people[key]) for key in used}


def _participant(order: Order, person: PersonDetails) -> int:
    return rows.add(
        Participant,
        organization_id=order.organization_id,
        order_id=order.pk,
        person_id=person.person_id,
        claim_key=new_reference(24),
        name=person.name,
        badge_name=person.badge_name,
        email=person.email,
        birth_date=person.birth_date,
        gender=person.gender,
        street=person.street,
        postcode=person.postcode,
        city=person.city,
        country=person.country,
        municipality_code=person.municipality_code,
    )


def _add_lines(
    order: Order,
    priced: tuple[PricedLine, ...],
    offer: Offer,
    participants: Mapping[str, int],
    details: OrderDetails,
    standings: Mapping[str, MemberStanding],
    now: datetime,
) -> None:
    types = {}
    wanted = {line.product.membership_type_id for line in priced if line.product.membership_type_id}
    if wanted:
        types = types_by_id(wanted)
    for position, line in enumerate(priced, start=1):
        product = line.product
        dues: tuple[date | None, date | None] = (None, None)
        if product.membership_type_id:
            standing = standings.get(line.person or "", MemberStanding())
            dues = period_after(types[product.membership_type_id], copenhagen_day(now), standing.last_day)
        relation = ""
        if product.kind == ProductKind.MEMBERSHIP:
            asked = details.payer_relations.get(line.line_id, PayerRelation.SELF)
            relation = asked if asked in PayerRelation.values else PayerRelation.OTHER
        rows.add(
            OrderLine,
            organization_id=order.organization_id,
            order_id=order.pk,
            position=position,
            kind=product.kind,
            product_id=product.pk,
            variant_id=line.variant_id,
            participant_id=participants.get(line.person or ""),
            text=_text(order.language, line, offer),
            audience=line.audience,
            amount=line.amount,
            vat_code=product.vat_code,
            vat_amount=line.vat_amount,
            pay_by_on=product.pay_by_on,
            dues_from=dues[0],
            dues_to=dues[1],
            payer_relation=relation,
            added_at=now,
        )


def _text(language: str, line: PricedLine, offer: Offer) -> str:
    """The product's name in the buyer's language, frozen with the price."""
    name = (line.product.name_en if language == "en" else "") or line.product.name_da
    variant = offer.variant(line.product.pk, line.variant_id) if line.variant_id else None
    if variant is None:
        return name
    with override(language):
        return f"{name}, {variant.name}"
