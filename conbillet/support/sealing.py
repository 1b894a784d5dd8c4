"""What is said in a chat is sealed: under the key of whoever is logged in, else under one of the conversation's own.

The keys lie outside the database and its backups (`core/keys.py`). A sealed text is bound to its place, so that it can
be moved to no other conversation.
"""

from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from conbillet.core.keys import KeyProblem, SubjectKeys

from .models import Chat, ChatFile, ChatMessage


def keys() -> SubjectKeys:
    return _keys_in(settings.CONBILLET_KEYS / "subjects")


@cache
def _keys_in(folder: Path) -> SubjectKeys:
    return SubjectKeys(folder)


def sealed_text(chat: Chat, number: int, text: str) -> bytes:
    return keys().seal(chat.subject_id, text.encode(), _place(chat.pk, number))


def opened(message: ChatMessage) -> str:
    """What was said; nothing when the key was destroyed meanwhile. `message.chat` should be at hand."""
    if message.body is None:
        return ""
    try:
        place = _place(message.chat_id, message.number)
        return keys().open_sealed(message.chat.subject_id, bytes(message.body), place).decode()
    except KeyProblem:
        return ""


def sealed_file(chat: Chat, reference: str, content: bytes) -> bytes:
    return keys().seal(chat.subject_id, content, reference.encode())


def opened_file(file: ChatFile) -> bytes:
    """The file's bytes. Raises KeyProblem when the key is gone."""
    return keys().open_sealed(file.chat.subject_id, bytes(file.content), file.reference.encode())


def forget_key(subject: UUID) -> bool:
    """Destroy a conversation's own key: whatever copy there is of it cannot be read any more."""
    return keys().destroy(subject)


def _place(chat: int, number: int) -> bytes:
    return f"support_chatmessage.body/{chat}/{number}".encode()
