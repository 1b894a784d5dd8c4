"""Put a mail in the queue, in the transaction of what it is about."""

from datetime import datetime
from uuid import UUID

from conbillet.core import rows
from conbillet.core.facts import announce

from ..models import OutgoingMail


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
) -> None:
    """Queue one mail; `key` says what it is about, and the same key is never queued twice.

    Only the address is stored: the text is written when it is sent, from what is true then. Committed with the caller's
    transaction, so there is no mail without its reason and no reason without its mail (I9).
    """
    mail = rows.add(
        OutgoingMail,
        on_conflict="ON CONFLICT (key) DO NOTHING",
        organization_id=organization_id,
        kind=kind,
        key=key,
        about=about,
        person_id=person_id,
        recipient=recipient,
        language=language,
        created_at=now,
    )
    # When the key was known the job finds no mail under this id, and ends.
    announce("mail_waiting", mail=mail)
