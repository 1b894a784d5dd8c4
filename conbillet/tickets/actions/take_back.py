"""Take back what was handed out by mistake: the thing can be handed out again."""

from datetime import datetime

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.live import notify
from conbillet.sales.models import Order, OrderLine

from ..models import HandOut


def take_back(*, line: OrderLine, actor: Actor, now: datetime) -> bool:
    """Undo the hand-out of a line; False when there was none. Needs a transaction. The audit log keeps both."""
    order = Order.objects.select_for_update().get(pk=line.order_id)
    gone, _each = HandOut.objects.filter(line_id=line.pk).delete()
    if not gone:
        return False
    audit.record(
        action="thing_taken_back",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
        line=line.position,
    )
    notify(f"event:{order.event_id}")
    return True
