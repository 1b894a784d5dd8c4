"""What there is to give back when an event was called off, and what the worker must leave to a human being. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event, ProductKind
from conbillet.payments.actions.record_dispute import CLOSED
from conbillet.payments.models import Dispute, Payment, Refund
from conbillet.sales.models import Order, OrderLine
from conbillet.tickets.models import CheckIn, HandOut

BY_HAND = _("Paid by transfer or at the door: send the money yourselves, then refund the order here.")
DISPUTED = _("The buyer's bank is taking the money back: answer the bank, or the buyer is paid twice.")
USED = _("Somebody was let in, or something was handed out: decide yourselves how much goes back.")
REFUNDED_OUTSIDE = _("Less is left of the payment than these lines cost: some of it has gone back by other ways.")


@dataclass(frozen=True)
class OrderDue:
    """`amount` in øre is what its wanted lines cost. `why_not` is empty, or says why no job may give it back."""

    order_id: int
    reference: str
    buyer_name: str
    amount: int
    why_not: str | Promise = ""


@dataclass(frozen=True)
class MoneyBack:
    """`due` are given back by the job; `left_out` need the office."""

    due: tuple[OrderDue, ...]
    left_out: tuple[OrderDue, ...]

    @property
    def amount(self) -> int:
        return sum(one.amount for one in self.due)

    @property
    def left_out_amount(self) -> int:
        return sum(one.amount for one in self.left_out)


@dataclass(frozen=True)
class GivenBack:
    """The refunds made because the event was called off: orders and øre of those sent or on their way, and the failed."""

    orders: int
    amount: int
    on_their_way: int
    failed: tuple[OrderDue, ...]


def kinds_kept(*, dues: bool, donations: bool) -> list[str]:
    """Kinds of lines whose money stays with the association."""
    kept = [] if dues else [ProductKind.MEMBERSHIP.value]
    return kept if donations else [*kept, ProductKind.DONATION.value]


def money_back(*, event: Event, dues: bool, donations: bool) -> MoneyBack:
    """Every paid order of the event with money left on wanted lines. Six statements, whatever the number of orders."""
    paid = Order.objects.filter(event=event, state=Order.State.PAID)
    lines = (
        OrderLine.objects.filter(order__in=paid, reverses=None, reversal=None)
        .exclude(kind__in=kinds_kept(dues=dues, donations=donations))
        .values_list("order_id", "order__reference", "order__buyer_name")
        .annotate(cost=Sum("amount"))
        .filter(cost__gt=0)
        .order_by("order_id")
    )
    about = paid.values("reference")
    payments = {payment.about: payment for payment in Payment.objects.filter(about__in=about)}
    disputed = set(
        Dispute.objects.filter(payment__about__in=about).exclude(status__in=CLOSED - {"lost"}).values_list("payment__about", flat=True)
    )
    used = set(
        CheckIn.objects.filter(ticket__event=event, undone_at=None).values_list("ticket__line__order", flat=True)
    )
    used |= set(HandOut.objects.filter(line__order__in=paid).values_list("line__order", flat=True))
    due: list[OrderDue] = []
    left_out: list[OrderDue] = []
    for order_id, reference, name, cost in lines:
        why = _why_not(payments[reference], cost, reference in disputed, order_id in used)
        (left_out if why else due).append(OrderDue(order_id, reference, name, cost, why))
    return MoneyBack(tuple(due), tuple(left_out))


def given_back(*, event: Event) -> GivenBack:
    """How the refunds go that were made because the event was called off."""
    about = Order.objects.filter(event=event).values("reference")
    # By time, so that the last word on each counts: a failed refund may have been repeated.
    refunds = Refund.objects.filter(reason="cancelled_event", payment__about__in=about).order_by("pk")
    last = {refund.about: refund for refund in refunds.select_related("payment")}
    well = [refund for refund in last.values() if refund.state != Refund.State.FAILED]
    return GivenBack(
        orders=len({refund.payment.about for refund in well}),
        amount=sum(refund.amount for refund in well),
        on_their_way=sum(refund.state == Refund.State.REQUESTED for refund in well),
        failed=_failed(refund for refund in last.values() if refund.state == Refund.State.FAILED),
    )


def _failed(refunds: Iterable[Refund]) -> tuple[OrderDue, ...]:
    failed = {refund.payment.about: refund for refund in refunds}
    orders = Order.objects.filter(reference__in=list(failed)).order_by("pk")
    return tuple(
        OrderDue(
            order.pk, order.reference, order.buyer_name, failed[order.reference].amount, failed[order.reference].failure
        )
        for order in orders
    )


def _why_not(payment: Payment, cost: int, disputed: bool, used: bool) -> str | Promise:
    if payment.method != Payment.Method.CARD:
        return BY_HAND
    if disputed:
        return DISPUTED
    if used:
        return USED
    return REFUNDED_OUTSIDE if cost > payment.captured_amount - payment.refunded_amount else ""
