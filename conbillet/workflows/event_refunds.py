"""Give everybody's money back after an event was called off: begun by the office, done by the worker in batches."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.core import audit, clock
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.facts import announce
from conbillet.payments.actions.request_refund import RefundTooLarge
from conbillet.sales.models import EventRefund, Order

from .money_back import kinds_kept, money_back
from .refunds import CannotRefund, refund_lines

BATCH = 50


class CannotStart(Exception):
    """`message` says why, fit for the visitor."""

    message = _("Only the money of an event that was called off is given back to everybody at once.")

    def __str__(self) -> str:
        return str(self.message)


class NothingToGiveBack(CannotStart):
    message = _("There is nothing left that can be given back from here.")


class OtherAmount(CannotStart):
    message = _("The amount has changed since you looked. Here is what it is now.")


@transaction.atomic
def start_event_refund(
    *, event: Event, dues: bool, donations: bool, amount: int, actor: Actor, now: datetime
) -> EventRefund:
    """Begin to give back all that `money_back` calls due; the worker does it. `amount` (øre) is what was shown before.

    Pressed twice, or while one is under way, it only wakes the worker again. Raises CannotStart.
    """
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if event.state != Event.State.CANCELLED:
        raise CannotStart
    under_way = EventRefund.objects.filter(event=event, finished_at=None).first()
    if under_way is not None:
        announce("event_refund", run=under_way.pk)
        return under_way
    found = money_back(event=event, dues=dues, donations=donations)
    if not found.due:
        raise NothingToGiveBack
    if found.amount != amount:
        raise OtherAmount
    run = EventRefund.objects.create(
        organization_id=event.organization_id,
        event=event,
        dues=dues,
        donations=donations,
        started_by_id=actor.person_id,
        started_at=now,
    )
    audit.record(
        action="event_refund_started",
        actor=actor,
        now=now,
        organization_id=event.organization_id,
        object_kind="event",
        object_reference=event.reference,
        orders=len(found.due),
        amount=amount,
        dues=dues,
        donations=donations,
    )
    announce("event_refund", run=run.pk)
    return run


def give_back(*, run: int) -> None:
    """Job: give back the next orders, each in a transaction of its own, and announce itself for the rest.

    A killed worker loses at most the order it was at, which is then done by the next one: what was reversed once is not
    due any more. One refund per payment, with the refund's own key at Stripe.
    """
    row = EventRefund.objects.select_related("event").get(pk=run)
    if row.finished_at is not None:
        return
    found = money_back(event=row.event, dues=row.dues, donations=row.donations)
    due = [one.order_id for one in found.due if one.order_id > row.reached]
    for order_id in due[:BATCH]:
        _one(row, order_id)
    with transaction.atomic():
        if len(due) > BATCH:
            announce("event_refund", run=run)
        else:
            EventRefund.objects.filter(pk=run, finished_at=None).update(finished_at=clock.now())


def _one(run: EventRefund, order_id: int) -> None:
    order = Order.objects.get(pk=order_id)
    with transaction.atomic():
        lines = order.lines.filter(reverses=None, reversal=None).exclude(
            kind__in=kinds_kept(dues=run.dues, donations=run.donations)
        )
        # Refused when somebody refunded it, or somebody was let in, at this very moment: the page lists what is left.
        with suppress(CannotRefund, RefundTooLarge):
            refund_lines(order=order, lines=list(lines), reason="cancelled_event", actor=_starter(run), now=clock.now())
        EventRefund.objects.filter(pk=run.pk, reached__lt=order_id).update(reached=order_id)


def _starter(run: EventRefund) -> Actor:
    """The worker acts for whoever pressed the button."""
    return Actor(ActorKind.ORGANIZATION, run.started_by_id, run.organization_id)
