"""Put a mail in the queue, in the transaction of what it is about."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from conbillet.core.facts import announce

_INSERT = """
INSERT INTO mail_outgoingmail (organization_id, kind, key, about, person_id, recipient, language, subject, text, html, state,
                               attempts, last_error, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, '', '', '', 'waiting', 0, '', %s)
ON CONFLICT (key) DO NOTHING RETURNING id
"""


def queue_mail(
    *,
    kind: str,
    key: str,
    recipient: str,
    language: str,
    about: str,
    organization_id: int | None,
    person_id: UUID | None,
    now: datetime,
) -> bool:
    """Queue one mail; `key` says what it is about, and the same key is never queued twice. Returns whether it was new.

    Only the address is stored: the text is written when it is sent, from what is true then. Committed with the caller's
    transaction, so there is no mail without its reason and no reason without its mail (I9).
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [organization_id, kind, key, about, person_id, recipient, language, now])
        row = cursor.fetchone()
    if row is None:
        return False
    announce("mail_waiting", mail=row[0])
    return True
