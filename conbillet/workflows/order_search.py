"""Finding orders of an association: by name, e-mail or reference, filtered and sorted. It reads several rooms."""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Func, OrderBy
from django.db.models.fields import TextField

from conbillet.core.references import BadReference, normalise
from conbillet.mail.models import OutgoingMail
from conbillet.payments.models import Dispute, Refund
from conbillet.sales.models import Order, OrderLine, Participant, Receipt
from conbillet.tickets.models import Ticket

LONGEST_SEARCH = 80
SHORTEST_REFERENCE, REFERENCE = 4, 12
REFUNDED, REFUNDING, REFUND_FAILED, DISPUTED, MAIL_FAILED = "refunded", "refunding", "refund_failed", "disputed", "mail_failed"
SORTS = {
    "newest": [F("placed_at").desc(), F("id").desc()],
    "oldest": [F("placed_at").asc(), F("id").asc()],
    "amount": [F("amount").desc(), F("id").desc()],
    "name": [OrderBy(Func("buyer_name", function="conbillet_sort_key", output_field=TextField())), F("id").desc()],
}


@dataclass(frozen=True)
class OrderFilter:
    """What to look for; empty means any. `state` is one of `Order.State`, or one of the words above."""

    text: str = ""
    event_id: int | None = None
    state: str = ""
    product_id: int | None = None
    method: str = ""
    sort: str = "newest"


def find_orders(*, organization_id: int, wanted: OrderFilter) -> QuerySet[Order]:
    """The association's orders that match, sorted, with their event loaded.

    Every word of the text must be found in the buyer's name or e-mail, or all of them with one person on the order; or
    the text is (the beginning of) an order's reference, or a ticket's whole one, however it is spelled.
    """
    orders = Order.objects.filter(organization_id=organization_id).select_related("event")
    if wanted.event_id is not None:
        orders = orders.filter(event_id=wanted.event_id)
    if wanted.state:
        orders = orders.filter(_in_state(wanted.state))
    orders = orders.order_by(*SORTS.get(wanted.sort, SORTS["newest"]))
    if wanted.method:
        orders = orders.filter(method=wanted.method)
    if wanted.product_id is not None:
        lines = OrderLine.objects.filter(order=OuterRef("pk"), product_id=wanted.product_id, reverses=None)
        orders = orders.filter(Exists(lines))
    reference = _reference(wanted.text)
    if len(reference) == REFERENCE:
        # One thing is meant: no need to look through all names. Tickets are found by their whole reference only.
        ticket = Ticket.objects.filter(organization_id=organization_id, reference=reference)
        exact = orders.filter(Q(reference=reference) | Q(pk__in=list(ticket.values_list("line__order", flat=True))))
        if exact.exists():
            return exact
    if wanted.text.strip():
        orders = orders.filter(_matches(organization_id, wanted.text, reference))
    return orders


def _in_state(state: str) -> Q:
    if state in Order.State.values:
        return Q(state=state)
    payment = {"payment__about": OuterRef("reference")}
    if state == REFUNDED:
        return Q(Exists(Receipt.objects.filter(order=OuterRef("pk"), kind=Receipt.Kind.CREDIT_NOTE)))
    if state == DISPUTED:
        return Q(Exists(Dispute.objects.filter(closed_at=None, **payment)))
    if state == MAIL_FAILED:
        return Q(Exists(OutgoingMail.objects.filter(about=OuterRef("reference"), state=OutgoingMail.State.FAILED)))
    refunds = {REFUNDING: Refund.State.REQUESTED, REFUND_FAILED: Refund.State.FAILED}
    return Q(Exists(Refund.objects.filter(state=refunds[state], **payment))) if state in refunds else Q(pk=None)


def _matches(organization_id: int, text: str, reference: str) -> Q:
    words = text[:LONGEST_SEARCH].split()
    buyer, holder = Q(), Q()
    for word in words:
        buyer &= Q(buyer_name__icontains=word) | Q(buyer_email__icontains=word)
        holder &= Q(name__icontains=word) | Q(badge_name__icontains=word) | Q(email__icontains=word)
    found = buyer | Q(pk__in=Participant.objects.filter(holder, organization_id=organization_id).values("order"))
    return found | Q(reference__startswith=reference) if reference else found


def _reference(text: str) -> str:
    """The reference that the text may begin; empty when it cannot be one, or is too short to mean one."""
    try:
        found = normalise(text)
    except BadReference:
        return ""
    return found if len(found) >= SHORTEST_REFERENCE else ""
