"""End an order that was not paid."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..models import Cancellation, Hold, Order
from ..stock import end_hold
from .settle_order import lock_order


class CannotCancel(Exception):
    message = _("A paid order is refunded, not cancelled.")


@transaction.atomic
def cancel_order(*, order: Order, reason: str, actor: Actor, now: datetime, tell_reason: bool = False) -> Order:
    """Cancel an unpaid order and give its places back at once. Harmless when it has ended already; refuses a paid one.

    `reason` is for the association's own records; `tell_reason` puts it into the buyer's letter too.
    """
    order, hold = lock_order(reference=order.reference)
    if order.state == Order.State.PAID:
        raise CannotCancel
    if order.state != Order.State.AWAITING_PAYMENT:
        return order
    if hold.ended_at is None:
        end_hold(hold=hold, outcome=Hold.Outcome.RELEASED, now=now)
    order.state, order.ended_at = Order.State.CANCELLED, now
    order.save(update_fields=["state", "ended_at"])
    Cancellation.objects.create(
        organization_id=order.organization_id,
        order=order,
        at=now,
        by_kind=actor.kind,
        by_person_id=actor.person_id,
        reason=reason[:240],
        reason_told=tell_reason and bool(reason),
    )
    audit.record(
        action="order_cancelled",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
    )
    announce("order_cancelled", order=order.pk)
    return order
