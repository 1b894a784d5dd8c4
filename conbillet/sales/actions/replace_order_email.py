"""The office gives an order another e-mail address: the buyer mistyped it, or has a new one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.references import new_reference

from ..claim_links import renew_claim_links
from ..models import Order, Participant


class CannotReplaceEmail(Exception):
    """`message` says why, fit for the visitor."""

    message = _("The address cannot be changed.")

    def __str__(self) -> str:
        return str(self.message)


class SameAddress(CannotReplaceEmail):
    message = _("That is the address that the order has already.")


@transaction.atomic
def replace_order_email(*, order: Order, email: str, actor: Actor, now: datetime, new_link: bool = False) -> Order:
    """Give the order another e-mail address, which is unconfirmed, and return it. Sending again is the caller's.

    Unlike the buyer with the order's link (`mend_order_email`), the office may do it after the old address was confirmed.
    The buyer's own line on the order follows. `new_link` also changes the secrets of the order's link and of those for
    others on it, because whoever owns the old address may have got them. The audit entry names no address. Raises CannotReplaceEmail.
    """
    order = Order.objects.select_for_update(of=("self",)).select_related("event").get(pk=order.pk)
    old = order.buyer_email
    if email.lower() == old.lower():
        raise SameAddress
    order.buyer_email, order.email_confirmed_at = email, None
    if new_link:
        order.access_key = new_reference(24)
        renew_claim_links(order)
    order.save(update_fields=["buyer_email", "email_confirmed_at", "access_key"])
    if old:
        Participant.objects.filter(order=order, email__iexact=old).update(email=email)
    audit.record(
        action="order_email_replaced",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
        subject=order.buyer_id,
        new_link=new_link,
    )
    return order
