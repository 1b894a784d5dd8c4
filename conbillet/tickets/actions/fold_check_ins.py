"""Count who is inside, and mark whose check-in is counted."""

from django.db import connection

AT_ONCE = 1000  # rows in one statement

# A check-in that was undone after it was counted is taken off again. One statement marks and adds: no reader sees half.
FOLD = """
WITH fresh AS (
    UPDATE tickets_checkin SET counted = NOT counted WHERE id IN (
        SELECT id FROM tickets_checkin
         WHERE (undone_at IS NULL AND NOT counted) OR (undone_at IS NOT NULL AND counted) LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING organization_id, event_id, ticket_id, CASE WHEN counted THEN 1 ELSE -1 END AS people
), added AS (
    INSERT INTO tickets_insidecount (organization_id, event_id, product_id, people)
    SELECT f.organization_id, f.event_id, l.product_id, sum(f.people)
      FROM fresh f JOIN tickets_ticket t ON t.id = f.ticket_id JOIN sales_orderline l ON l.id = t.line_id
     GROUP BY 1, 2, 3 ORDER BY 2, 3
    ON CONFLICT (event_id, product_id) DO UPDATE SET people = tickets_insidecount.people + excluded.people
)
SELECT count(*) FROM fresh
"""


def fold_check_ins(*, at_once: int = AT_ONCE) -> int:
    """Fold until nothing is left, `at_once` rows a statement. Answers how many rows it counted."""
    counted = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(FOLD, [at_once])
            (found,) = cursor.fetchone()
        counted += found
        if found < at_once:
            return counted
