"""What a refund would do, shown before the button. `refunds.refund_lines` does it; a test holds the two together."""

from collections.abc import Collection
from dataclasses import dataclass

from conbillet.catalogue.models import Quota
from conbillet.memberships.models import Membership
from conbillet.payments.actions.request_refund import RefundTooLarge
from conbillet.payments.models import Payment
from conbillet.payments.queries import outside_left
from conbillet.sales.actions.give_back_stock import places_of
from conbillet.sales.models import Order, OrderLine
from conbillet.tickets.models import CheckIn, HandOut, Ticket

from .refunds import AlreadyRefunded, CannotRefund, NotPaid


@dataclass(frozen=True)
class Places:
    """Units of one quota that could be sold again."""

    name: str
    units: int


@dataclass(frozen=True)
class RefundPreview:
    """Amounts in øre. `used` are the lines on which somebody was let in or something was handed out.

    `by_hand`: the money came by transfer or at the door, so the association pays it back itself. `outside` went back in
    Stripe's own pages and has no credit note yet; whether it was for these lines, only a human being knows.
    """

    lines: tuple[OrderLine, ...]
    amount: int
    vat_amount: int
    tickets: tuple[Ticket, ...]
    memberships: tuple[Membership, ...]
    places: tuple[Places, ...]
    used: tuple[OrderLine, ...]
    cancels_order: bool
    by_hand: bool
    outside: int = 0


def preview_refund(*, order: Order, lines: Collection[OrderLine]) -> RefundPreview:
    """Every effect of refunding these lines; reads only. Raises CannotRefund or RefundTooLarge as the refund would."""
    payment = Payment.objects.filter(about=order.reference).first()
    if payment is None or payment.state != Payment.State.CAPTURED:
        raise NotPaid
    if order.state != Order.State.PAID:
        raise AlreadyRefunded
    left = list(order.lines.filter(reverses=None, reversal=None).select_related("participant").order_by("position"))
    wanted = {line.pk for line in lines}
    chosen = [line for line in left if line.pk in wanted]
    if not wanted or not wanted <= set(order.lines.filter(reverses=None).values_list("pk", flat=True)):
        raise CannotRefund
    if len(chosen) != len(wanted):
        raise AlreadyRefunded
    amount = sum(line.amount for line in chosen)
    outside = outside_left(payment=payment)
    if amount > payment.captured_amount - payment.refunded_amount + outside:
        raise RefundTooLarge
    used = set(CheckIn.objects.filter(ticket__line__in=chosen, undone_at=None).values_list("ticket__line", flat=True))
    used |= set(HandOut.objects.filter(line__in=chosen).values_list("line", flat=True))
    units = places_of(chosen)
    quotas = Quota.objects.filter(pk__in=units).order_by("pk")
    return RefundPreview(
        lines=tuple(chosen),
        amount=amount,
        vat_amount=sum(line.vat_amount for line in chosen),
        tickets=tuple(
            Ticket.objects.filter(line__in=chosen, voided_at=None).select_related("line", "participant").order_by("line__position")
        ),
        memberships=tuple(
            Membership.objects.filter(source_reference__in=[f"line-{line.pk}" for line in chosen]).select_related("member")
        ),
        places=tuple(Places(quota.name, units[quota.pk]) for quota in quotas),
        used=tuple(line for line in chosen if line.pk in used),
        cancels_order=len(chosen) == len(left),
        by_hand=payment.method != Payment.Method.CARD,
        outside=outside,
    )
