"""Give money back for an order or for single lines of it. Nothing is edited: lines are reversed, a credit note issued."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit, clock
from conbillet.core.actor import Actor
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.memberships.models import Membership
from conbillet.payments.actions.credit_outside_refund import credit_outside_refund
from conbillet.payments.actions.request_refund import request_refund
from conbillet.payments.actions.send_refund import send_refund
from conbillet.payments.models import Payment, Refund
from conbillet.payments.queries import outside_left
from conbillet.sales.actions.give_back_stock import give_back_stock
from conbillet.sales.actions.issue_receipt import issue_receipt
from conbillet.sales.actions.settle_order import lock_order
from conbillet.sales.models import Cancellation, Order, OrderLine, Receipt
from conbillet.tickets.actions.void_ticket import TicketUsed, void_ticket
from conbillet.workflows.purchase import split_of

CREDIT_NOTE = "credit-note-"


class CannotRefund(Exception):
    """The lines cannot be refunded. `message` says why, fit for the visitor."""

    message = _("These lines cannot be refunded.")

    def __str__(self) -> str:
        return str(self.message)


class NotPaid(CannotRefund):
    message = _("The order has not been paid, so there is nothing to refund. Cancel it instead.")


class AlreadyRefunded(CannotRefund):
    message = _("At least one of these lines has been refunded already.")


class NothingReturned(CannotRefund):
    message = _("No money has gone back by other ways that is not credited already.")


class AlreadyUsed(CannotRefund):
    """Somebody was let in, or something was handed out."""

    message = _(
        "Somebody has been let in on these lines, or something has been handed out. Say so if you refund anyway."
    )


@transaction.atomic
def refund_lines(
    *,
    order: Order,
    lines: Collection[OrderLine],
    reason: str,
    actor: Actor,
    now: datetime,
    note: str = "",
    even_if_used: bool = False,
    returned_already: bool = False,
) -> Receipt:
    """Refund lines of a paid order and return the credit note: one transaction, which the worker's call to Stripe follows.

    Reverses each line to the øre (VAT too), makes its ticket worthless, ends its membership, gives its places back. When
    no line is left, the order is cancelled. `reason` is one of `Refund.reason`. `returned_already`: what somebody gave back in
    Stripe's own pages was for these lines, so only the rest is sent, if any. Raises CannotRefund (or RefundTooLarge when
    money went back by other ways and that was not said), and then nothing has changed.
    """
    order, _hold = lock_order(reference=order.reference)
    payment = Payment.objects.select_for_update().get(about=order.reference)
    if payment.state != Payment.State.CAPTURED:
        raise NotPaid
    if order.state != Order.State.PAID:
        raise AlreadyRefunded
    chosen = list(order.lines.filter(pk__in=[line.pk for line in lines], reverses=None).order_by("position"))
    if not chosen or len(chosen) != len({line.pk for line in lines}):
        raise CannotRefund
    if OrderLine.objects.filter(reverses__in=chosen).exists():
        raise AlreadyRefunded
    returned = outside_left(payment=payment) if returned_already else 0
    if returned_already and not returned:
        raise NothingReturned
    try:
        void_ticket(lines=chosen, reason="refunded", actor=actor, now=now, even_if_used=even_if_used)
    except TicketUsed:
        raise AlreadyUsed from None

    reversals = _reverse(order, chosen, now)
    Membership.objects.filter(source_reference__in=[f"line-{line.pk}" for line in chosen]).update(
        refunded_amount=F("dues_amount"), ended_at=now
    )
    give_back_stock(lines=chosen, now=now)
    if not order.lines.filter(reverses=None, reversal=None).exists():
        _cancel(order, note, actor, now)
    audit.record(
        action="order_refunded",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
        lines=[line.position for line in chosen],
        amount=sum(line.amount for line in chosen),
        reason=reason,
        even_if_used=even_if_used,
    )
    credit_note = issue_receipt(
        order=order,
        kind=Receipt.Kind.CREDIT_NOTE,
        lines=reversals,
        payment_reference=payment.provider_payment or payment.reference,
        now=now,
    )
    about, split = f"{CREDIT_NOTE}{credit_note.pk}", split_of(chosen)
    gone = min(returned, -credit_note.amount)
    if gone:
        part, split = _divided(split, gone)
        credit_outside_refund(payment=payment, amount=gone, about=about, split=part, now=now)
    if sum(split.values()):
        request_refund(
            payment=payment, amount=sum(split.values()), reason=reason, about=about, actor=actor, now=now, split=split
        )
    elif gone:
        _tell(order, credit_note.pk, now)
    return credit_note


def _divided(split: dict[str, int], amount: int) -> tuple[dict[str, int], dict[str, int]]:
    """The first `amount` øre of a split by account, and the rest."""
    part: dict[str, int] = {}
    for account, whole in split.items():
        part[account] = min(whole, amount - sum(part.values()))
    return part, {account: whole - part[account] for account, whole in split.items()}


def refund_order(
    *, order: Order, reason: str, actor: Actor, now: datetime, note: str = "", even_if_used: bool = False
) -> Receipt:
    """Refund everything of an order that has not been refunded yet. Raises as `refund_lines` does."""
    left = list(order.lines.filter(reverses=None, reversal=None))
    if not left:
        raise AlreadyRefunded
    return refund_lines(
        order=order, lines=left, reason=reason, actor=actor, now=now, note=note, even_if_used=even_if_used
    )


def send(*, refund: int) -> None:
    """Job: send a refund to Stripe, with its own key. Raises when Stripe does not answer: the job is tried again.

    The row is written in the job's transaction and is kept for years, so no job outlives it. Were it gone, money would be
    owed that nobody knows of: then this raises too, and the operator sees the job, instead of passing over it.
    """
    row = Refund.objects.select_related("payment").get(pk=refund)
    send_refund(refund=row, now=clock.now())


def refund_settled(*, refund: int) -> None:
    """Job: a refund has succeeded or failed. The buyer is told when the money is on its way, with the credit note."""
    row = Refund.objects.select_related("payment").get(pk=refund)
    if row.state != Refund.State.SUCCEEDED or not row.about.startswith(CREDIT_NOTE):
        return
    order = Order.objects.get(reference=row.payment.about)
    with transaction.atomic():
        _tell(order, int(row.about.removeprefix(CREDIT_NOTE)), clock.now())


def _tell(order: Order, credit_note: int, now: datetime) -> None:
    queue_mail(
        kind="refunded",
        key=f"refunded/{credit_note}",
        recipient=order.buyer_email,
        language=order.language,
        about=str(credit_note),
        organization_id=order.organization_id,
        person_id=order.buyer_id,
        now=now,
    )


def _reverse(order: Order, lines: list[OrderLine], now: datetime) -> list[OrderLine]:
    last = order.lines.aggregate(last=Max("position"))["last"]
    return OrderLine.objects.bulk_create(
        [
            OrderLine(
                organization_id=order.organization_id,
                order=order,
                position=last + number,
                kind=line.kind,
                product_id=line.product_id,
                variant_id=line.variant_id,
                participant_id=line.participant_id,
                text=line.text,
                audience=line.audience,
                amount=-line.amount,
                vat_code=line.vat_code,
                vat_amount=-line.vat_amount,
                reverses=line,
                dues_from=line.dues_from,
                dues_to=line.dues_to,
                payer_relation=line.payer_relation,
                added_at=now,
            )
            for number, line in enumerate(lines, start=1)
        ]
    )


def _cancel(order: Order, note: str, actor: Actor, now: datetime) -> None:
    order.state, order.ended_at = Order.State.CANCELLED, now
    order.save(update_fields=["state", "ended_at"])
    # An order that was cancelled once and then admitted again by late money has a row already; the log keeps both.
    Cancellation.objects.update_or_create(
        organization_id=order.organization_id,
        order=order,
        defaults={
            "at": now,
            "by_kind": actor.kind,
            "by_person_id": actor.person_id,
            "reason": note[:240],
            "reason_told": False,
        },
    )
