"""Who gets which mail. Called inside the transaction of what the mail is about."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from conbillet.catalogue.models import Event
from conbillet.core.actor import ActorKind
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.sales.models import Cancellation, Order, OrderLine, Participant
from conbillet.tickets.models import Ticket


def queue_order_mail(*, kind: str, order: Order, now: datetime, again: str = "") -> None:
    """One mail to the buyer about the order. `again` (a number of a resend) makes a mail of its own."""
    queue_mail(
        kind=kind,
        key=f"{kind}/{order.reference}{'/' + again if again else ''}",
        recipient=order.buyer_email,
        language=order.language,
        about=order.reference,
        organization_id=order.organization_id,
        person_id=order.buyer_id,
        now=now,
    )


def queue_confirmation(*, order: Order, lines: Sequence[OrderLine], now: datetime) -> None:
    """The buyer's confirmation with everything, and to everybody else with an own address their own ticket.

    Holders on somebody else's order are told there who holds their data (GDPR art. 14).
    """
    queue_order_mail(kind="confirmation", order=order, now=now)
    for person in _others(order, (line.participant for line in lines)):
        _queue_holder(order, person, f"holder/{order.reference}/{person.pk}", now)


def queue_tickets_again(*, order: Order, tickets: Sequence[Ticket], now: datetime) -> None:
    """Tickets were issued anew: to everybody with an own address theirs. The buyer's own mail has all of them."""
    for person in _others(order, (ticket.participant for ticket in tickets)):
        generation = max(person.tickets.values_list("generation", flat=True), default=1)
        _queue_holder(order, person, f"holder/{order.reference}/{person.pk}/{generation}", now)


def _others(order: Order, people: Iterable[Participant | None]) -> list[Participant]:
    """Each of them once who has an address and does not share the buyer's. Two with one address are two: each has a ticket."""
    mine = {order.buyer_email.lower(), ""}
    found = {person.pk: person for person in people if person is not None and person.email.lower() not in mine}
    return [found[key] for key in sorted(found)]


def _queue_holder(order: Order, person: Participant, key: str, now: datetime) -> None:
    queue_mail(
        kind="holder",
        key=key,
        recipient=person.email,
        language=order.language,
        about=str(person.pk),
        organization_id=order.organization_id,
        person_id=person.person_id,
        now=now,
    )


def queue_order_ended(*, order: Order, now: datetime) -> None:
    """An unpaid order has ended: cancelled by the association or by the buyer, or not paid in time.

    Of an event that was called off its own letter tells. Whoever turned back at Stripe knows it.
    """
    cancellation = Cancellation.objects.filter(order=order).first()
    if order.state == Order.State.CANCELLED and order.event.state == Event.State.CANCELLED:
        return
    by = cancellation.by_kind if cancellation and order.state == Order.State.CANCELLED else ActorKind.SYSTEM
    if by == ActorKind.ORGANIZATION:
        queue_order_mail(kind="order_cancelled", order=order, now=now)
    elif order.method != Order.Method.CARD:
        queue_order_mail(kind="expired" if by == ActorKind.SYSTEM else "given_up", order=order, now=now)


def queue_event_cancelled(*, order: Order, now: datetime) -> None:
    """The event is called off: to the buyer, and to everybody else who holds a ticket on the order under an own address."""
    queue_order_mail(kind="event_cancelled", order=order, now=now)
    told = {order.buyer_email.lower(), ""}
    if order.state != Order.State.PAID:  # nobody else has heard of an order that was not paid
        return
    for person in order.participants.order_by("pk"):
        if person.email.lower() in told:
            continue
        told.add(person.email.lower())
        queue_mail(
            kind="event_cancelled_holder",
            key=f"event_cancelled/{order.reference}/{person.pk}",
            recipient=person.email,
            language=order.language,
            about=str(person.pk),
            organization_id=order.organization_id,
            person_id=person.person_id,
            now=now,
        )
