"""Correct a mistyped e-mail address of an order."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.references import new_reference

from ..claim_links import renew_claim_links
from ..models import Order


class CannotMendEmail(Exception):
    """`message` says why, fit for the visitor."""

    message = _("The e-mail address cannot be changed here.")

    def __str__(self) -> str:
        return str(self.message)


class EmailConfirmed(CannotMendEmail):
    message = _("This address has been confirmed already. Write to the association if it has to be changed.")


class OrderEnded(CannotMendEmail):
    message = _("The order has ended, so nothing more is sent.")


@transaction.atomic
def mend_order_email(*, order: Order, email: str, new_link: bool, actor: Actor, now: datetime) -> Order:
    """Give the order another address, and its buyer among the participants too. Raises a CannotMendEmail.

    Only as long as nobody has shown that the old address is theirs: afterwards the link alone could take an order away.
    `new_link` when a mail has gone to the wrong address: the order's link in it stops working, and so do the links for
    others that stand on the order's page.
    """
    order = Order.objects.select_for_update(of=("self",)).select_related("event", "organization").get(pk=order.pk)
    if order.state in {Order.State.CANCELLED, Order.State.EXPIRED}:
        raise OrderEnded
    mine = order.buyer_id is not None and order.buyer_id == actor.person_id
    if order.email_confirmed_at is not None or (order.buyer_id is not None and not mine):
        raise EmailConfirmed
    old = order.buyer_email
    order.buyer_email = email
    if new_link:
        order.access_key = new_reference(24)
        renew_claim_links(order)
    order.save(update_fields=["buyer_email", "access_key"])
    order.participants.filter(email__iexact=old, person=None).update(email=email)
    audit.record(
        action="order_email_mended",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
    )
    return order
