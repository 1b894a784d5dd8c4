"""Say something in a conversation, or write down that something happened."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from conbillet.core.actor import Actor
from conbillet.core.live import notify
from conbillet.core.references import new_reference
from conbillet.mail.incoming import clean

from ..attachments import Taken
from ..models import Chat, ChatFile, ChatMessage
from ..sealing import sealed_file, sealed_text

LONGEST = 4000
By, Event, State = ChatMessage.By, ChatMessage.Event, Chat.State


class CannotSay(Exception):
    """`message` says why, fit for the visitor."""

    message = _("Write something first.")

    def __str__(self) -> str:
        return str(self.message)


class TooLong(CannotSay):
    message = _("That is too long. Send it in pieces of at most 4,000 characters, or as a file.")


class ChatOver(CannotSay):
    message = _("This conversation is over. You can begin a new one.")


@transaction.atomic
def say(
    *, chat: Chat, by: str, text: str, key: str, actor: Actor, now: datetime, files: Sequence[Taken] = ()
) -> ChatMessage:
    """The message; saying it again with the same `key` says it once. Raises a CannotSay.

    Numbers are given under the chat's lock, so they are committed in their order.
    """
    text = clean(text).strip()
    taken = [file for file in files if not file.refused]
    if not text and not taken:
        raise CannotSay
    if len(text) > LONGEST:
        raise TooLong
    locked = locked_chat(chat)
    said = ChatMessage.objects.filter(chat=locked, key=key).first()
    if said is not None:
        said.chat = locked
        return said
    if locked.state == State.CLOSED:
        raise ChatOver
    message = _add(locked, by=by, text=text, key=key, agent=actor if by == By.AGENT else None, now=now)
    ChatFile.objects.bulk_create(_file(locked, message, file, now) for file in taken)
    locked.waiting_since_at = (locked.waiting_since_at or now) if by == By.VISITOR else None
    locked.save(update_fields=["last_number", "last_at", "waiting_since_at"])
    notify(locked.topic)
    notify(locked.queue_topic)
    return message


def note(*, chat: Chat, event: str, now: datetime) -> ChatMessage:
    """Write down that something happened, for both to see. `chat` is locked, and saved here as it is."""
    message = _add(chat, by=By.SYSTEM, text="", key=secrets.token_hex(16), agent=None, now=now, event=event)
    Chat.objects.filter(pk=chat.pk).update(last_number=F("last_number") + 1, last_at=now)
    notify(chat.topic)
    notify(chat.queue_topic)
    return message


def locked_chat(chat: Chat) -> Chat:
    """The chat as it is, under its lock, with the columns that everybody who gets here may read."""
    return Chat.objects.select_for_update(of=("self",)).defer("token_hash", "order_proof").get(pk=chat.pk)


def _add(
    chat: Chat, *, by: str, text: str, key: str, agent: Actor | None, now: datetime, event: str = ""
) -> ChatMessage:
    chat.last_number += 1
    chat.last_at = now
    return ChatMessage.objects.create(
        organization_id=chat.organization_id,
        chat=chat,
        number=chat.last_number,
        key=key,
        by=by,
        agent_id=agent.person_id if agent else None,
        event=event,
        body=sealed_text(chat, chat.last_number, text) if text else None,
        at=now,
    )


def _file(chat: Chat, message: ChatMessage, file: Taken, now: datetime) -> ChatFile:
    reference = new_reference(16)
    return ChatFile(
        reference=reference,
        organization_id=chat.organization_id,
        chat=chat,
        message=message,
        kind=file.kind,
        content=sealed_file(chat, reference, file.content or b""),
        size=file.size,
        at=now,
    )
