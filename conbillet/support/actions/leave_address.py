"""Nobody is there to answer: the visitor leaves an address, and the answer comes by mail."""

from datetime import datetime

from django.db import transaction

from conbillet.core.actor import Actor
from conbillet.core.facts import announce

from ..models import Chat, ChatMessage
from .say import ChatOver, locked_chat, note


@transaction.atomic
def leave_address(*, chat: Chat, email: str, name: str, actor: Actor, now: datetime) -> Chat:
    """From now on what an agent says goes there too, and those who answer are told that somebody waits. Raises ChatOver."""
    locked = locked_chat(chat)
    if locked.state == Chat.State.CLOSED:
        raise ChatOver
    first = locked.state != Chat.State.MAIL
    locked.email, locked.name, locked.state = email, name or locked.name, Chat.State.MAIL
    locked.waiting_since_at = locked.waiting_since_at or now
    locked.save(update_fields=["email", "name", "state", "waiting_since_at"])
    if first:
        note(chat=locked, event=ChatMessage.Event.BY_MAIL, now=now)
        announce("chat_waits", chat=locked.pk)
    return locked
