"""Take a conversation out of the queue, hand it on, or put it back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Chat, ChatMessage
from .say import locked_chat, note

State = Chat.State


class CannotTake(Exception):
    """`message` says why, fit for the page."""

    message = _("This conversation is over.")

    def __str__(self) -> str:
        return str(self.message)


class TakenAlready(CannotTake):
    message = _("Somebody else took this conversation a moment ago.")


@transaction.atomic
def take_chat(*, chat: Chat, actor: Actor, now: datetime) -> Chat:
    """The actor answers from now on. Of two who take it at once, one wins; the other gets TakenAlready."""
    locked = locked_chat(chat)
    if locked.state == State.CLOSED:
        raise CannotTake
    if locked.agent_id is not None:
        if locked.agent_id == actor.person_id:
            return locked
        raise TakenAlready
    return give_chat(chat=locked, to=actor.person_id, actor=actor, now=now)


@transaction.atomic
def give_chat(*, chat: Chat, to: UUID | None, actor: Actor, now: datetime) -> Chat:
    """Hand it to somebody of the same desk; to nobody: back into the queue. Raises CannotTake when it is over."""
    locked = locked_chat(chat)
    if locked.state == State.CLOSED:
        raise CannotTake
    if to == locked.agent_id and (to is not None or locked.state != State.TAKEN):
        return locked
    locked.agent_id, locked.taken_at = to, now if to else None
    if locked.state != State.MAIL:
        locked.state = State.TAKEN if to else State.WAITING
    if to is None:
        locked.waiting_since_at = locked.waiting_since_at or now
    locked.save(update_fields=["agent", "taken_at", "state", "waiting_since_at"])
    note(chat=locked, event=ChatMessage.Event.TAKEN if to else ChatMessage.Event.BACK, now=now)
    audit.record(
        action="chat_taken" if to == actor.person_id else "chat_handed_over",
        actor=actor,
        now=now,
        organization_id=locked.organization_id,
        object_kind="chat",
        object_reference=locked.reference,
        subject=locked.person_id,
    )
    return locked
