"""Begin a conversation with an association, or with the desk."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.live import notify
from conbillet.core.references import new_reference
from conbillet.organizations.models import Organization

from ..models import Chat


@transaction.atomic
def open_chat(
    *, organization: Organization | None, person: UUID | None, token: str, name: str, language: str, actor: Actor, now: datetime
) -> Chat:
    """A chat that waits for somebody. `token` is what the visitor's cookie holds; only its hash is kept."""
    chat = Chat.objects.create(
        reference=new_reference(16),
        organization=organization,
        person_id=person,
        token_hash=hash_of(token),
        subject_id=person or uuid4(),
        language=language,
        name=name,
        opened_at=now,
        last_at=now,
        waiting_since_at=now,
    )
    audit.record(
        action="chat_opened",
        actor=actor,
        now=now,
        organization_id=chat.organization_id,
        object_kind="chat",
        object_reference=chat.reference,
        subject=person,
    )
    notify(chat.queue_topic)
    return chat


def hash_of(token: str) -> str:
    """All that is kept of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()
