"""End a conversation: from then on its year runs."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Case, Chat, ChatMessage
from .say import locked_chat, note


@transaction.atomic
def close_chat(*, chat: Chat, actor: Actor, now: datetime, case: Case | None = None) -> bool:
    """Whether it was open. `case`: what becomes of it, when it does not end with the conversation."""
    locked = locked_chat(chat)
    if locked.state == Chat.State.CLOSED:
        return False
    locked.state, locked.closed_at, locked.waiting_since_at, locked.case = Chat.State.CLOSED, now, None, case
    locked.save(update_fields=["state", "closed_at", "waiting_since_at", "case"])
    note(chat=locked, event=ChatMessage.Event.CASE if case else ChatMessage.Event.CLOSED, now=now)
    audit.record(
        action="chat_closed",
        actor=actor,
        now=now,
        organization_id=locked.organization_id,
        object_kind="chat",
        object_reference=locked.reference,
        subject=locked.person_id,
    )
    return True
