"""An association gives a conversation to ConBillet's own desk, and reads along no longer."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.live import notify

from ..models import Chat, ChatFile, ChatMessage
from .say import locked_chat, note
from .take_chat import CannotTake


@transaction.atomic
def pass_chat_on(*, chat: Chat, actor: Actor, now: datetime) -> Chat:
    """Into the desk's queue, with all that was said. Never the other way: what somebody wrote to ConBillet is not the
    association's. Runs as the role *app*, since the office can give no rows away. Raises CannotTake when it is over.
    """
    locked = locked_chat(chat)
    if locked.state == Chat.State.CLOSED or locked.organization_id is None:
        raise CannotTake
    association, queue = locked.organization_id, locked.queue_topic
    locked.organization_id, locked.agent_id, locked.taken_at = None, None, None
    locked.state = Chat.State.MAIL if locked.state == Chat.State.MAIL else Chat.State.WAITING
    locked.waiting_since_at = locked.waiting_since_at or now
    locked.save(update_fields=["organization", "agent", "taken_at", "state", "waiting_since_at"])
    ChatMessage.objects.filter(chat=locked).update(organization=None)
    ChatFile.objects.filter(chat=locked).update(organization=None)
    note(chat=locked, event=ChatMessage.Event.PASSED_ON, now=now)
    notify(queue)
    audit.record(
        action="chat_passed_on",
        actor=actor,
        now=now,
        organization_id=association,
        object_kind="chat",
        object_reference=locked.reference,
        subject=locked.person_id,
    )
    return locked
