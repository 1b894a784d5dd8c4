"""Hand over a thing that belongs to an order line: a T-shirt, a meal voucher. Once."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.live import notify
from conbillet.sales.models import Order, OrderLine

from ..at_door import HANDED_OUT
from ..models import HandOut


class CannotHandOut(Exception):
    """`message` says why, fit for the crew."""

    message = _("This cannot be handed out.")

    def __str__(self) -> str:
        return str(self.message)


class AlreadyHandedOut(CannotHandOut):
    """`at` is when."""

    message = _("This has been handed out already.")

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


class NotPaidFor(CannotHandOut):
    message = _("This has not been paid for, or it has been refunded.")


def hand_out(*, line: OrderLine, actor: Actor, now: datetime) -> HandOut:
    """Write down that the line's thing was handed over. A unique row decides. Needs a transaction; raises CannotHandOut."""
    if line.kind not in HANDED_OUT or line.reverses_id is not None:
        raise CannotHandOut
    # A refund locks the order as well: it waits for us and sees the hand-out, or we wait and see the refund.
    order = Order.objects.select_for_update().get(pk=line.order_id)
    if order.state != Order.State.PAID or OrderLine.objects.filter(reverses_id=line.pk).exists():
        raise NotPaidFor
    given, new = HandOut.objects.get_or_create(
        line_id=line.pk,
        defaults={"organization_id": line.organization_id, "at": now, "by_id": actor.person_id},
    )
    if not new:
        raise AlreadyHandedOut(given.at)
    audit.record(
        action="thing_handed_out",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
        line=line.position,
    )
    notify(f"event:{order.event_id}")
    return given
