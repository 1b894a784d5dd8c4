"""Somebody opened the order by the link in its mail: the address is right."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Order


@transaction.atomic
def confirm_order_email(*, order: Order, actor: Actor, now: datetime) -> bool:
    """Note that the order's address was shown to be its buyer's; returns whether that is news."""
    if not Order.objects.filter(pk=order.pk, email_confirmed_at=None).update(email_confirmed_at=now):
        return False
    order.email_confirmed_at = now
    audit.record(
        action="order_email_confirmed",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
    )
    return True
