"""Add what was paid, taken back, booked and issued to the figures by day, and mark it as counted."""

from django.db import connection

from ..figures import BOOKED, ISSUED, PAID, TAKEN_BACK

AT_ONCE = 1000  # rows in one statement: what it marks is locked for some hundredths of a second

# One statement marks and adds, so no reader sees half of it. What somebody holds locked waits for the next time.
_FOLD = """
WITH fresh AS (
    UPDATE {table} SET counted = true WHERE id IN ({chosen} LIMIT %s FOR UPDATE OF chosen SKIP LOCKED) RETURNING *
), added AS (
    INSERT INTO {days} ({key}, {sums}) SELECT {key}, {summed} FROM ({what}) AS one GROUP BY {key} ORDER BY {key}
    ON CONFLICT ({unique}) DO UPDATE SET {added}
)
SELECT count(*) FROM fresh
"""
_SOLD = "organization_id, event_id, day, product_id, kind"
_BOOKED = "organization_id, day, event_id, account, happening"


def _fold(table: str, chosen: str, days: str, key: str, unique: str, what: str, *sums: str) -> str:
    return _FOLD.format(
        table=table,
        chosen=chosen,
        days=days,
        key=key,
        unique=unique,
        what=what.format(rows="fresh"),
        sums=", ".join(sums),
        summed=", ".join(f"sum({name})" for name in sums),
        added=", ".join(f"{name} = {days}.{name} + excluded.{name}" for name in sums),
    )


_ORDERS = "SELECT id FROM sales_order chosen WHERE paid_at IS NOT NULL AND NOT counted"
_REVERSALS = """
    SELECT chosen.id FROM sales_orderline chosen JOIN sales_order o ON o.id = chosen.order_id
     WHERE chosen.reverses_id IS NOT NULL AND NOT chosen.counted AND o.paid_at IS NOT NULL
"""
_ISSUED = "organization_id, day, kind"
_VOUCHERS = "SELECT id FROM sales_receipt chosen WHERE NOT counted"
_POSTINGS = "SELECT id FROM payments_ledgerentry chosen WHERE NOT counted"
_BY_PRODUCT = ("sales_soldonday", _SOLD, "event_id, day, product_id, kind")
FOLDS = (
    _fold("sales_order", _ORDERS, *_BY_PRODUCT, PAID, "units", "amount"),
    _fold("sales_orderline", _REVERSALS, *_BY_PRODUCT, TAKEN_BACK, "units", "amount"),
    _fold("payments_ledgerentry", _POSTINGS, "sales_bookedonday", _BOOKED, _BOOKED, BOOKED, "amount"),
    _fold("sales_receipt", _VOUCHERS, "sales_receiptsonday", _ISSUED, _ISSUED, ISSUED, "vouchers", "amount", "vat_amount"),
)


def fold_figures(*, at_once: int = AT_ONCE) -> int:
    """Fold until nothing is left, `at_once` rows a statement; each stands for itself. Answers how many rows it counted."""
    counted = 0
    for statement in FOLDS:
        while True:
            with connection.cursor() as cursor:
                cursor.execute(statement, [at_once])
                (found,) = cursor.fetchone()
            counted += found
            if found < at_once:
                break
    return counted
