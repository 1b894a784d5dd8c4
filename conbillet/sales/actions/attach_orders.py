"""Bring guest orders home: somebody has proven that an e-mail address is theirs."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import person_actor

from ..models import Order, Participant


@transaction.atomic
def attach_orders(*, person_id: UUID, email: str, now: datetime) -> int:
    """Link orders bought with that address, and participants entered with it, to the person; returns how many orders.

    Only links that nobody has are set: an order that belongs to somebody stays theirs.
    """
    orders = list(Order.objects.select_for_update().filter(buyer__isnull=True, buyer_email__iexact=email))
    for order in orders:
        audit.record(
            action="order_attached",
            actor=person_actor(person_id),
            now=now,
            organization_id=order.organization_id,
            object_kind="order",
            object_reference=order.reference,
            subject=None,
        )
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(buyer_id=person_id, email_confirmed_at=now)
    Participant.objects.filter(person__isnull=True, email__iexact=email).update(person_id=person_id)
    return len(orders)
