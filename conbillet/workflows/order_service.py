"""What the office does for a buyer: send again, replace an address, correct a name. The buyer's own way is `order_care`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.mail.models import OutgoingMail
from conbillet.sales.actions.rename_participant import rename_participant
from conbillet.sales.actions.replace_order_email import replace_order_email
from conbillet.sales.models import Order, Participant
from conbillet.tickets.actions.reissue_ticket import HolderIsIn, reissue_ticket
from conbillet.tickets.models import Ticket

from .checkouts import outdate_checkouts
from .notifications.queueing import queue_order_mail, queue_tickets_again

_PATIENCE = timedelta(minutes=1)


class CannotResend(Exception):
    """`message` says why, fit for the visitor."""

    message = _("There is nothing to send for this order.")

    def __str__(self) -> str:
        return str(self.message)


class JustSent(CannotResend):
    message = _("It was sent less than a minute ago. Give it a moment to arrive.")


@transaction.atomic
def resend(*, order: Order, actor: Actor, now: datetime) -> None:
    """Send the buyer what belongs to the order once more: tickets and receipt, or how to pay. Raises CannotResend."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    kind = _kind_of(order)
    if not kind or not order.buyer_email:
        raise CannotResend
    mails = OutgoingMail.objects.filter(organization_id=order.organization_id, about=order.reference, kind=kind)
    if mails.filter(created_at__gt=now - _PATIENCE, recipient=order.buyer_email).exists():
        raise JustSent
    queue_order_mail(kind=kind, order=order, now=now, again=str(mails.count() + 1))
    audit.record(
        action="order_resent",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
    )


@transaction.atomic
def replace_email(*, order: Order, email: str, tickets_anew: bool, actor: Actor, now: datetime) -> Order:
    """Give an order the right e-mail address and send there what belongs to it. Raises CannotReplaceEmail.

    `tickets_anew`: the old address is somebody else's, so the order's link changes and the tickets get new codes; other
    holders are sent theirs again. Mail still waiting goes to the new address.
    """
    old = order.buyer_email
    order = replace_order_email(order=order, email=email, actor=actor, now=now, new_link=tickets_anew)
    outdate_checkouts(order)
    if tickets_anew:
        tickets = Ticket.objects.filter(line__order=order, voided_at=None).select_related("participant")
        reissued = _reissue(tickets.order_by("pk"), actor, now)
        queue_tickets_again(order=order, tickets=reissued, now=now)
    redirected = OutgoingMail.objects.filter(
        organization_id=order.organization_id,
        about=order.reference,
        state=OutgoingMail.State.WAITING,
        recipient__iexact=old,
    ).update(recipient=email)
    if not redirected and _kind_of(order):
        resend(order=order, actor=actor, now=now)
    return order


@transaction.atomic
def rename_holder(*, participant: Participant, name: str, badge_name: str, actor: Actor, now: datetime) -> int:
    """Correct a name; the person's tickets get new codes and are sent again. Returns how many. Raises CannotRename.

    The tickets of somebody who is in already stay as they are.
    """
    participant = rename_participant(participant=participant, name=name, badge_name=badge_name, actor=actor, now=now)
    order = participant.order
    tickets = _reissue(
        Ticket.objects.filter(participant=participant, voided_at=None).select_related("participant").order_by("pk"),
        actor,
        now,
    )
    if tickets:
        try:
            resend(order=order, actor=actor, now=now)
        except JustSent:
            # Two names in one minute: the mail that is waiting is written when it is sent; one that has left needs another.
            queue_order_mail(kind="resend", order=order, now=now, again=f"rename-{participant.pk}-{tickets[0].generation}")
        queue_tickets_again(order=order, tickets=tickets, now=now)
    return len(tickets)


def _kind_of(order: Order) -> str:
    """The mail that an order in this state has."""
    if order.state == Order.State.PAID:
        return "resend"
    if order.state == Order.State.AWAITING_PAYMENT and order.method != Order.Method.CARD:
        return "unpaid"
    return ""


def _reissue(tickets: Iterable[Ticket], actor: Actor, now: datetime) -> list[Ticket]:
    reissued = []
    for ticket in tickets:
        try:
            fresh = reissue_ticket(ticket=ticket, actor=actor, now=now)
        except HolderIsIn:
            continue
        fresh.participant = ticket.participant
        reissued.append(fresh)
    return reissued
