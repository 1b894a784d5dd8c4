"""An order is paid: its places become sold and its memberships granted."""

from collections.abc import Sequence
from datetime import datetime

from conbillet.catalogue.models import Event, ProductKind
from conbillet.core import audit, rows
from conbillet.core.actor import Actor
from conbillet.memberships.actions.grant_membership import Dues, MemberDetails, grant_membership

from ..models import Hold, Order, OrderLine
from ..stock import SoldOut, claim, end_hold, note_end, sell, units_of


class PlacesAreGone(Exception):
    """The money came after the hold had ended and somebody else has the places. The caller refunds it."""


def lock_order(*, reference: str) -> tuple[Order, Hold]:
    """The order and its hold, locked in that order of the house: hold first, then order. Needs a transaction."""
    found = rows.read(
        "FROM sales_hold h JOIN sales_order o ON o.id = h.order_id WHERE o.reference = %s FOR UPDATE OF h, o",
        [reference],
        h=Hold,
        o=Order,
    )
    if not found:
        raise Order.DoesNotExist(reference)
    hold, order = found[0]
    hold.order = order
    return order, hold


def settle_order(
    *,
    order: Order,
    hold: Hold,
    lines: Sequence[OrderLine],
    payment_reference: str,
    payment_method: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Mark a locked order, with all its `lines` (participant and product loaded), as paid. Raises PlacesAreGone when late money finds no places left.

    An order that had expired (or was cancelled by the clock) is admitted again if its places are still there, and its
    event was not called off meanwhile.
    """
    if hold.ended_at is None:
        end_hold(hold=hold, outcome=Hold.Outcome.SOLD, now=now)
    else:
        if Event.objects.filter(pk=order.event_id, state=Event.State.CANCELLED).exists():
            raise PlacesAreGone
        try:
            claim(wanted=units_of(hold), now=now)
        except SoldOut:
            raise PlacesAreGone from None
        sell(hold=hold)
        note_end(hold=hold, outcome=Hold.Outcome.SOLD, now=now)
    order.state, order.paid_at, order.ended_at = Order.State.PAID, now, None
    rows.execute(
        "UPDATE sales_order SET state = %s, paid_at = %s, ended_at = NULL WHERE id = %s", [order.state, now, order.pk]
    )
    # In the same order for everybody: members are locked one after the other, and two orders for one family meet here.
    for line in sorted((line for line in lines if line.kind == ProductKind.MEMBERSHIP), key=_whose):
        _grant(order, line, payment_reference, payment_method, now)
    audit.record(
        action="order_paid",
        actor=actor,
        now=now,
        organization_id=order.organization_id,
        object_kind="order",
        object_reference=order.reference,
        amount=order.amount,
        method=payment_method,
    )


def _whose(line: OrderLine) -> tuple[str, str, str]:
    person = line.participant
    return (person.name.casefold(), str(person.birth_date), person.email.casefold()) if person else ("", "", "")


def _grant(order: Order, line: OrderLine, payment_reference: str, payment_method: str, now: datetime) -> None:
    person = line.participant
    if (
        person is None
        or line.product is None
        or line.product.membership_type_id is None
        or line.dues_from is None
        or line.dues_to is None
    ):
        return
    grant_membership(
        organization_id=order.organization_id,
        details=MemberDetails(
            person.person_id,
            person.name,
            person.email,
            person.birth_date,
            person.gender,
            person.street,
            person.postcode,
            person.city,
            person.country,
            person.municipality_code,
        ),
        dues=Dues(
            line.product.membership_type_id,
            line.dues_from,
            line.dues_to,
            line.amount,
            line.text,
            order.buyer_name,
            line.payer_relation,
            now,
            payment_method,
            payment_reference,
            f"line-{line.pk}",
        ),
        now=now,
    )
