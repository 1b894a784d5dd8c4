"""Say which order a conversation is about."""

import hashlib
from datetime import datetime

from conbillet.core.live import notify
from conbillet.core.references import same_secret
from conbillet.sales.models import Order

from ..models import Chat


def attach_order(*, chat: Chat, order: Order, now: datetime) -> None:
    """By its buyer, or by whoever holds its link; the caller has made sure. An association's chat takes its own orders
    only; an order of another one changes nothing."""
    if chat.organization_id is not None and order.organization_id != chat.organization_id:
        return
    Chat.objects.filter(pk=chat.pk).update(order=order, order_proof=proof_of(order))
    notify(chat.topic)


def proof_of(order: Order) -> str:
    """A hash of the order's link, which changes with it."""
    return hashlib.sha256(order.access_key.encode()).hexdigest()


def may_act_on_order(chat: Chat) -> bool:
    """Whether the chat's visitor may still do something with its order: they bought it, or its link has not changed."""
    order = chat.order
    if order is None:
        return False
    return (chat.person_id is not None and order.buyer_id == chat.person_id) or same_secret(
        proof_of(order), chat.order_proof
    )
