"""What the order's own page shows: where the order stands, what to do next, and what it holds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from conbillet.core.clock import copenhagen_day
from conbillet.core.live import topic_token
from conbillet.core.references import pretty
from conbillet.payments.models import Payment
from conbillet.payments.queries import payment_of
from conbillet.sales.models import Order, OrderLine, Receipt
from conbillet.sales.queries import lines_with_people, receipts_of
from conbillet.tickets.models import Ticket
from conbillet.tickets.queries import tickets_for
from conbillet.workflows.links import participant_link


class Situation(StrEnum):
    """The one thing that the page has to say."""

    PAID = "paid"
    WAITING = "waiting"  # back from Stripe, and Stripe has not told us yet
    UNPAID = "unpaid"  # to be paid now, by card
    GAVE_UP = "gave_up"  # turned back at Stripe
    TRANSFER = "transfer"
    DOOR = "door"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LATE = "late"  # paid after the places were gone; the money is on its way back
    REFUNDED = "refunded"


@dataclass(frozen=True)
class Holder:
    """One person of the order with their tickets. `link` is theirs alone; none for the buyer's own."""

    name: str
    tickets: list[Ticket]
    link: str


@dataclass(frozen=True)
class OrderPage:
    order: Order
    situation: Situation
    lines: list[OrderLine]
    tickets: list[Ticket]
    receipts: list[Receipt]
    now: datetime

    @property
    def number(self) -> str:
        return pretty(self.order.reference)

    @property
    def kept(self) -> list[OrderLine]:
        """The lines that still hold: neither a reversal nor reversed."""
        reversed_ids = {line.reverses_id for line in self.lines if line.reverses_id}
        return [line for line in self.lines if not line.reverses_id and line.pk not in reversed_ids]

    @property
    def gone(self) -> list[OrderLine]:
        reversed_ids = {line.reverses_id for line in self.lines if line.reverses_id}
        return [line for line in self.lines if line.pk in reversed_ids]

    @property
    def holders(self) -> list[Holder]:
        """The tickets by person. Whoever is not the buyer has a page of their own, to be passed on."""
        found: dict[int | None, Holder] = {}
        for ticket in self.tickets:
            person = ticket.participant
            if ticket.participant_id not in found:
                mine = person is None or person.email.lower() == self.order.buyer_email.lower()
                link = "" if mine or person is None else participant_link(person, self.order)
                found[ticket.participant_id] = Holder(person.name if person else "", [], link)
            found[ticket.participant_id].tickets.append(ticket)
        return list(found.values())

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def is_open(self) -> bool:
        return self.order.state == Order.State.AWAITING_PAYMENT

    @property
    def last_day(self) -> date | None:
        """The last day on which a transfer may arrive: deadlines are the ends of days, exclusive."""
        return copenhagen_day(self.order.pay_by_at - timedelta(seconds=1)) if self.order.pay_by_at else None

    @property
    def in_time(self) -> bool:
        """May still be paid."""
        return self.is_open and (self.order.pay_by_at is None or self.order.pay_by_at > self.now)

    @property
    def can_mend_email(self) -> bool:
        return self.order.email_confirmed_at is None and self.order.state in {
            Order.State.PAID,
            Order.State.AWAITING_PAYMENT,
        }

    @property
    def before_event(self) -> bool:
        return copenhagen_day(self.now) < self.order.event.starts_on

    @property
    def live(self) -> str:
        """Topic and token with which this page may listen."""
        topic = f"order:{self.order.reference}"
        return f"{topic}?token={topic_token(topic, self.now)}"


def order_page(*, order: Order, came_back: str, now: datetime) -> OrderPage:
    """`came_back` is what the return address from Stripe says ("paid", "gave_up" or nothing): a hint, never a proof."""
    lines = lines_with_people(order)
    return OrderPage(
        order=order,
        situation=situation_of(order, came_back),
        lines=lines,
        tickets=tickets_for(lines) if order.state == Order.State.PAID else [],
        receipts=receipts_of(order) if order.paid_at else [],
        now=now,
    )


def situation_of(order: Order, came_back: str) -> Situation:
    if order.state == Order.State.PAID:
        return Situation.PAID
    if order.state in {Order.State.CANCELLED, Order.State.EXPIRED}:
        if order.paid_at is not None:
            return Situation.REFUNDED
        payment = payment_of(about=order.reference)
        if payment is not None and payment.amount and payment.state == Payment.State.CAPTURED:
            return Situation.LATE
        return Situation.CANCELLED if order.state == Order.State.CANCELLED else Situation.EXPIRED
    if order.method == Order.Method.TRANSFER:
        return Situation.TRANSFER
    if order.method == Order.Method.DOOR:
        return Situation.DOOR
    if came_back == "paid":
        return Situation.WAITING
    return Situation.GAVE_UP if came_back == "gave_up" else Situation.UNPAID
