"""Everything that an order's page shows, read with a constant number of queries.

About people: the six fields of buyer and participants, the badge name, and the association's own record of the sale.
Nothing from profiles, and of mails only what kind they were and how far they got.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.clock import copenhagen_day, day_start
from conbillet.core.models import AuditEntry
from conbillet.mail.models import OutgoingMail
from conbillet.mail.queries import mails_about
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission, allowed
from conbillet.payments.models import Payment, Refund
from conbillet.payments.queries import payment_of
from conbillet.sales.models import Cancellation, Order, OrderLine, Participant, Receipt
from conbillet.tickets.models import CheckIn, HandOut, Ticket

from .badges import MAILS, REFUNDS, Badge, order_badge
from .history import Happening, history

MAIL_KINDS = {
    "confirmation": _("Confirmation with tickets and receipt"),
    "resend": _("Tickets and receipt, sent again"),
    "holder": _("Ticket to its holder"),
    "unpaid": _("How to pay"),
    "expired": _("The order was not paid"),
    "cancelled": _("The order was cancelled"),
    "late_money": _("The payment came too late"),
    "refunded": _("Refund with credit note"),
}


@dataclass(frozen=True)
class LineRow:
    """A line with what became of it; `ticket` and the check-in only where there is one."""

    line: OrderLine
    ticket: Ticket | None
    reversed: bool
    let_in_at: datetime | None
    handed_out_at: datetime | None

    @property
    def badge(self) -> Badge | None:
        if self.reversed:
            return Badge("info", _("Refunded"))
        if self.let_in_at:
            return Badge("good", _("Admitted"))
        if self.handed_out_at:
            return Badge("good", _("Handed out"))
        if self.ticket is None:
            return None
        return Badge("bad", _("Worthless")) if self.ticket.voided_at else None


@dataclass(frozen=True)
class PersonRow:
    """One person on the order (or nobody in particular), and the lines that are theirs."""

    person: Participant | None
    lines: Sequence[LineRow]


@dataclass(frozen=True)
class RefundRow:
    refund: Refund
    badge: Badge
    may_repeat: bool


@dataclass(frozen=True)
class MailRow:
    mail: OutgoingMail
    kind: Any
    badge: Badge


@dataclass(frozen=True)
class May:
    """What the one who looks may do with this order, as it is now."""

    resend: bool
    edit: bool
    cancel: bool
    confirm: bool
    refund: bool
    repeat_refund: bool


@dataclass(frozen=True)
class OrderPage:
    order: Order
    badge: Badge
    people: Sequence[PersonRow]
    paid: int
    left: int
    payment: Payment | None
    refunds: Sequence[RefundRow]
    receipts: Sequence[Receipt]
    mails: Sequence[MailRow]
    history: Sequence[Happening]
    cancellation: Cancellation | None
    may: May


def order_page(*, standing: Standing, order: Order) -> OrderPage:
    """Reads the order's page for somebody of its association."""
    own = standing.organization.pk
    lines = list(order.lines.select_related("participant", "product").order_by("position"))
    rows = _rows(order, lines)
    payment = payment_of(about=order.reference)
    receipts = list(order.receipts.order_by("number"))
    people = {row.line.participant_id: row.line.participant for row in rows if row.line.participant}
    abouts = [order.reference, *map(str, people), *(str(receipt.pk) for receipt in receipts)]
    # `about` of a holder's or refund's mail is a row id: the kinds are looked at too, or another thing's id would match.
    wanted = {"holder": set(map(str, people)), "refunded": {str(receipt.pk) for receipt in receipts}}
    mails = [
        mail
        for mail in mails_about(organization_id=own, abouts=abouts)
        if mail.about in wanted.get(mail.kind, {order.reference})
    ]
    references = [("order", order.reference), *(("participant", str(pk)) for pk in people)]
    references += [("ticket", row.ticket.reference) for row in rows if row.ticket]
    if payment is not None:
        references.append(("payment", payment.reference))
    taken_back = any(row.reversed for row in rows)
    return OrderPage(
        order=order,
        badge=order_badge(order, partly_refunded=taken_back),
        people=_by_person(rows),
        paid=payment.captured_amount if payment else 0,
        left=payment.captured_amount - payment.refunded_amount if payment else 0,
        payment=payment,
        refunds=_refunds(payment),
        receipts=receipts,
        mails=[MailRow(mail, MAIL_KINDS.get(mail.kind, mail.kind), MAILS[OutgoingMail.State(mail.state)]) for mail in mails],
        history=history(organization_id=own, references=references),
        cancellation=Cancellation.objects.filter(order=order).first(),
        may=_may(standing, order, rows, payment),
    )


def note_seen(*, standing: Standing, order: Order, people: Sequence[PersonRow], now: datetime) -> None:
    """Write into the log that staff has looked at these people's data: once for each of them, who looked, and day.

    A person finds it in their insight (without the name of who looked). People without an account are noted together.
    """
    today = day_start(copenhagen_day(now))
    seen = set(
        AuditEntry.objects.filter(
            object_kind="order", object_reference=order.reference, organization=standing.organization,
            action="order_seen", actor_id=standing.actor.person_id, at__gte=today,
        ).values_list("subject_id", flat=True)
    )  # fmt: skip
    subjects = {order.buyer_id, *(row.person.person_id for row in people if row.person)}
    for subject in sorted(subjects - seen, key=str):
        audit.record(
            action="order_seen", actor=standing.actor, now=now, organization_id=standing.organization.pk,
            object_kind="order", object_reference=order.reference, subject=subject,
        )  # fmt: skip


def _rows(order: Order, lines: list[OrderLine]) -> list[LineRow]:
    tickets = {ticket.line_id: ticket for ticket in Ticket.objects.filter(line__order=order)}
    inside = dict(CheckIn.objects.filter(ticket__line__order=order, undone_at=None).values_list("ticket__line", "at"))
    handed = dict(HandOut.objects.filter(line__order=order).values_list("line", "at"))
    reversed_lines = {line.reverses_id for line in lines if line.reverses_id}
    return [
        LineRow(line, tickets.get(line.pk), line.pk in reversed_lines, inside.get(line.pk), handed.get(line.pk))
        for line in lines
        if not line.reverses_id
    ]


def _by_person(rows: list[LineRow]) -> list[PersonRow]:
    found: dict[int | None, list[LineRow]] = {}
    for row in rows:
        found.setdefault(row.line.participant_id, []).append(row)
    nobody = found.pop(None, [])
    people = [PersonRow(mine[0].line.participant, mine) for mine in found.values()]
    return people + ([PersonRow(None, nobody)] if nobody else [])


def _refunds(payment: Payment | None) -> list[RefundRow]:
    refunds = sorted(payment.refunds.all(), key=lambda refund: refund.pk) if payment else []
    settled = {refund.about for refund in refunds if refund.about and refund.state != Refund.State.FAILED}
    return [
        RefundRow(
            refund, REFUNDS[Refund.State(refund.state)], refund.state == Refund.State.FAILED and refund.about not in settled
        )
        for refund in refunds
    ]


def _may(standing: Standing, order: Order, rows: list[LineRow], payment: Payment | None) -> May:
    role = standing.actor.role
    edit, money = allowed(role, Permission.EDIT_ORDERS), allowed(role, Permission.SEE_MONEY)
    waiting, by_hand = order.state == Order.State.AWAITING_PAYMENT, order.method in {Order.Method.TRANSFER, Order.Method.DOOR}
    return May(
        resend=edit and bool(order.buyer_email) and (order.state == Order.State.PAID or (waiting and by_hand)),
        edit=edit,
        cancel=edit and waiting,
        confirm=money and by_hand and payment is not None and payment.state != Payment.State.CAPTURED,
        refund=allowed(role, Permission.REFUND) and order.state == Order.State.PAID and any(not row.reversed for row in rows),
        repeat_refund=allowed(role, Permission.REFUND),
    )
