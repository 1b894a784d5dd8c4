"""The only way in which a visitor's page obtains a conversation: by the cookie that began it, or by being its person."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from conbillet.core.prepared import columns, fetch_one, made
from conbillet.core.references import same_secret

from .actions.agent_is_there import LISTENING
from .actions.open_chat import hash_of
from .models import Chat

# Pages that wait ask for it many times a minute.
_CHAT = f"SELECT {columns(Chat, 'x')} FROM support_chat x WHERE x.reference = %s"  # noqa: S608  our own names


def chat_of_visitor(*, reference: str, token: str, person: UUID | None) -> Chat | None:
    """The conversation. One that was begun by somebody logged in is theirs alone, on whatever device; at a shared
    machine the cookie that stays behind opens nothing of it."""
    row = fetch_one(_CHAT, [reference])
    chat = made(Chat, row) if row is not None else None
    given = hash_of(token) if token else ""
    if chat is None:
        same_secret(given, "-" * 64)
        return None
    if chat.person_id is not None:
        return chat if chat.person_id == person else None
    return chat if given and same_secret(given, chat.token_hash) else None


def open_chat_with(*, organization_id: int | None, token: str, person: UUID | None) -> Chat | None:
    """The visitor's own conversation there, if it is not over."""
    found = chats_of_visitor(token=token, person=person).exclude(state=Chat.State.CLOSED)
    here = found.filter(organization_id=organization_id) if organization_id else found.filter(organization=None)
    return here.order_by("-opened_at").first()


def chats_of_visitor(*, token: str, person: UUID | None) -> QuerySet[Chat]:
    mine = Q(person__isnull=True, token_hash=hash_of(token)) if token else Q(pk__in=[])
    if person is not None:
        mine |= Q(person=person)
    return Chat.objects.filter(mine)


def seen_in_time(chat: Chat, now: datetime) -> bool:
    """Whether the visitor has looked within the last minute or so."""
    return chat.visitor_seen_at is not None and chat.visitor_seen_at > now - LISTENING
