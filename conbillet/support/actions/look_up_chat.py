"""An agent opens a conversation: their own association's, or the desk's. It leaves a trace."""

from datetime import datetime

from conbillet.core import audit
from conbillet.core.actor import Actor, ActorKind

from ..models import Chat


class NoSuchChat(Exception):
    """There is none of that reference here, or the actor may not answer here."""


def look_up_chat(*, reference: str, organization_id: int | None, actor: Actor, now: datetime, trace: bool = True) -> Chat:
    """The chat. Staff find the desk's, people of an association its own and no other. Raises NoSuchChat.

    `trace` is left out where a page that was opened a moment ago asks what is new.
    """
    chat = chat_of_desk(reference=reference, organization_id=organization_id, actor=actor)
    if trace:
        audit.record(
            action="looked_up_chat",
            actor=actor,
            now=now,
            organization_id=organization_id,
            object_kind="chat",
            object_reference=chat.reference,
            subject=chat.person_id,
            purpose="use.services",
        )
    return chat


def chat_of_desk(*, reference: str, organization_id: int | None, actor: Actor) -> Chat:
    """The same without a trace. Raises NoSuchChat."""
    at_desk = organization_id is None and actor.kind is ActorKind.STAFF
    at_office = organization_id is not None and actor.organization_id == organization_id
    if not (at_desk or at_office):
        raise NoSuchChat
    mine = Chat.objects.defer("token_hash", "order_proof").filter(reference=reference)
    chat = (mine.filter(organization_id=organization_id) if organization_id else mine.filter(organization=None)).first()
    if chat is None:
        raise NoSuchChat
    return chat
