"""Member numbers: counted per association, never given twice."""

from django.db import connection

_NEXT = """
INSERT INTO memberships_membernumber (organization_id, last) VALUES (%s, 1)
ON CONFLICT (organization_id) DO UPDATE SET last = memberships_membernumber.last + 1 RETURNING last
"""


def next_number(organization_id: int) -> str:
    """The next number of the association. Whoever else asks waits until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [organization_id])
        return str(cursor.fetchone()[0])
