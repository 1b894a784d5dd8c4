"""The invariants I1 to I9 and I11 over a whole database: each function returns complaints; an empty list is good."""

from collections import Counter

from django.db.models import Count, Q, Sum

from conbillet.catalogue.models import Quota
from conbillet.core import audit
from conbillet.core.models import AuditEntry
from conbillet.mail.models import OutgoingMail
from conbillet.payments.invariants import ledger_agrees_with_payments, ledger_sums_to_zero, refunds_within_captured
from conbillet.payments.models import Payment
from conbillet.sales.models import HeldUnits, Hold, Order, OrderLine, Receipt
from conbillet.tickets.actions.issue_tickets import TICKET_KINDS
from conbillet.tickets.models import Ticket
from tests.plain_sums import differences


def stock_is_what_holds_say() -> list[str]:
    """I1: a quota's counters are the sum of its holds, less what was given back, and never above its size."""
    complaints = []
    held = Sum("quantity", filter=Q(hold__ended_at__isnull=True), default=0)
    sold = Sum("quantity", filter=Q(hold__outcome=Hold.Outcome.SOLD), default=0)
    sums = {
        row["quota"]: (row["held"], row["sold"])
        for row in HeldUnits.objects.values("quota").annotate(held=held, sold=sold)
    }
    given_back: Counter[int] = Counter()
    reversed_lines = OrderLine.objects.filter(
        reverses__isnull=True, reversal__isnull=False, order__holds__outcome=Hold.Outcome.SOLD
    )
    for line in reversed_lines.prefetch_related("product__product_quotas"):
        if line.product:
            given_back.update(
                link.quota_id
                for link in line.product.product_quotas.all()
                if link.variant_id in (None, line.variant_id)
            )
    for quota in Quota.objects.all():
        expected = sums.get(quota.pk, (0, 0))
        expected = (expected[0], expected[1] - given_back[quota.pk])
        if (quota.held, quota.sold) != expected or quota.held + quota.sold > quota.size:
            complaints.append(
                f"quota {quota.name}: held {quota.held}, sold {quota.sold}, its holds say {expected}, size {quota.size}"
            )
    return complaints


def paid_orders_have_their_tickets() -> list[str]:
    """I4: exactly one ticket for each entitling line of a paid order, and none for any other."""
    complaints = []
    for order in Order.objects.annotate(
        due=Count("lines", filter=Q(lines__kind__in=TICKET_KINDS, lines__reverses__isnull=True), distinct=True)
    ):
        issued = Ticket.objects.filter(line__order=order).count()
        was_paid = order.paid_at is not None
        if issued != (order.due if was_paid else 0):
            complaints.append(f"order {order.reference} ({order.state}): {issued} tickets, {order.due} lines")
    return complaints


def payments_and_orders_agree() -> list[str]:
    """A captured payment has a paid (or refunded) order with one receipt; an order that was not paid has none."""
    complaints = []
    payments = {payment.about: payment for payment in Payment.objects.all()}
    for order in Order.objects.annotate(issued=Count("receipts", filter=Q(receipts__kind=Receipt.Kind.RECEIPT))):
        payment = payments.pop(order.reference, None)
        if payment is None:
            complaints.append(f"order {order.reference} has no payment")
            continue
        captured = payment.state == Payment.State.CAPTURED
        late = captured and payment.refunds.filter(reason="late_money").exists()
        if (order.paid_at is not None) != (captured and not late):
            complaints.append(f"order {order.reference} is {order.state}, its payment {payment.state}")
        if order.issued != (1 if order.paid_at else 0):
            complaints.append(f"order {order.reference} has {order.issued} receipts")
    complaints += [f"payment about {about} has no order" for about in payments]
    return complaints


def receipts_have_no_gaps() -> list[str]:
    numbers: dict[int, list[int]] = {}
    for organization, number in Receipt.objects.order_by("number").values_list("organization_id", "number"):
        numbers.setdefault(organization, []).append(number)
    return [f"receipts of {key}: {found}" for key, found in numbers.items() if found != list(range(1, len(found) + 1))]


def state_changes_are_audited() -> list[str]:
    """I6: one entry for each placing and each payment, and the chain verifies."""
    audit.seal_entries()
    complaints = [
        f"chain {key}: {broken}"
        for key in {None, *Order.objects.values_list("organization_id", flat=True)}
        if (broken := audit.broken_seals(key))
    ]
    seen = Counter(AuditEntry.objects.filter(object_kind="order").values_list("action", "object_reference"))
    for order in Order.objects.all():
        for action, due in (("order_placed", 1), ("order_paid", 1 if order.paid_at else 0)):
            if seen[action, order.reference] != due:
                complaints.append(f"order {order.reference}: {seen[action, order.reference]} × {action}")
    return complaints


def paid_orders_have_their_mail() -> list[str]:
    """I9: a paid order has its confirmation queued once, an unpaid one has none."""
    mails = Counter(OutgoingMail.objects.filter(kind="confirmation").values_list("about", flat=True))
    return [
        f"order {order.reference}: {mails[order.reference]} confirmations"
        for order in Order.objects.all()
        if mails[order.reference] != (1 if order.paid_at else 0)
    ]


def carts_have_one_live_hold() -> list[str]:
    """I11."""
    doubled = (
        Hold.objects.filter(ended_at__isnull=True, cart__isnull=False)
        .values("cart")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
    )
    return [f"cart {row['cart']} has {row['n']} live holds" for row in doubled]


def broken() -> list[str]:
    """Everything that is wrong."""
    return [
        complaint
        for check in (
            stock_is_what_holds_say,
            ledger_sums_to_zero,
            refunds_within_captured,
            ledger_agrees_with_payments,
            paid_orders_have_their_tickets,
            payments_and_orders_agree,
            receipts_have_no_gaps,
            state_changes_are_audited,
            paid_orders_have_their_mail,
            carts_have_one_live_hold,
            differences,
        )
        for complaint in check()
    ]
