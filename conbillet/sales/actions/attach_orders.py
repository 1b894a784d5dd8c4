"""Bring guest orders home: somebody has proven that an e-mail address is theirs."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Lower

from conbillet.core import audit
from conbillet.core.actor import person_actor

from ..models import Order, Participant


@transaction.atomic
def attach_orders(*, person_id: UUID, email: str, now: datetime) -> int:
    """Link orders bought with that address, and participants entered with it, to the person; returns how many orders.

    Only links that nobody has are set: an order that belongs to somebody stays theirs. Compared in small letters, as the
    index has them: in capitals, `ı` would pass for `i`.
    """
    theirs = Order.objects.alias(address=Lower("buyer_email")).filter(buyer__isnull=True, address=email.lower())
    orders = list(theirs.select_for_update(of=("self",)).order_by("pk"))
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
    entered = Participant.objects.alias(address=Lower("email")).filter(person__isnull=True, address=email.lower())
    entered.update(person_id=person_id)
    return len(orders)
