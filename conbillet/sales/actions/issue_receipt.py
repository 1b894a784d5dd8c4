"""Number a receipt or credit note; numbers run without gaps for each association."""

from collections.abc import Sequence
from datetime import datetime

from conbillet.core import rows

from ..models import Order, OrderLine, Receipt

_NEXT_NUMBER = (
    "INSERT INTO sales_receiptcounter (organization_id, last) VALUES (%s, 1) "
    "ON CONFLICT (organization_id) DO UPDATE SET last = sales_receiptcounter.last + 1 RETURNING last"
)


def issue_receipt(
    *, order: Order, kind: str, lines: Sequence[OrderLine], payment_reference: str, now: datetime
) -> Receipt:
    """The next receipt of the order's association. Call it last in a transaction: it locks the association's counter.

    A number is taken in the transaction that writes the receipt, so a rollback gives it back: no gaps (bookkeeping
    guidance, fact sheet section 5). Inside `gathered()` the counter is locked by its one statement, so for the shortest
    time. The amount is the lines' sum: negative on a credit note.
    """
    through = Receipt.lines.through
    receipt = rows.create_numbered(
        Receipt,
        column="number",
        counter=(_NEXT_NUMBER, [order.organization_id]),
        organization_id=order.organization_id,
        order_id=order.pk,
        kind=kind,
        issued_at=now,
        amount=sum(line.amount for line in lines),
        vat_amount=sum(line.vat_amount for line in lines),
        currency=order.currency,
        buyer_name=order.buyer_name,
        payment_reference=payment_reference,
    )
    for line in lines:
        rows.add(through, receipt_id=receipt.pk, orderline_id=line.pk)
    return receipt
