"""Reads of the agents' pages and of the visitor's: the queue, what was said, who is there. What is said stays sealed
until somebody opens the conversation."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime

from conbillet.core.prepared import columns, fetch, made

from .models import AgentPresence, CannedAnswer, Chat, ChatFile, ChatMessage

MOST_IN_QUEUE = 200
# Pages that wait ask these many times a minute.
_SAID = f"SELECT {columns(ChatMessage, 'x')} FROM support_chatmessage x WHERE x.chat_id = %s AND x.number > %s ORDER BY x.number"  # noqa: S608
_THERE = "SELECT 1 FROM support_agentpresence WHERE COALESCE(organization_id, 0) = %s AND until_at > %s LIMIT 1"


def _of(organization_id: int | None) -> Q:
    return Q(organization_id=organization_id) if organization_id else Q(organization=None)


def queue_of(organization_id: int | None) -> QuerySet[Chat]:
    """Open conversations, whoever has waited longest first; those that were answered last."""
    found = Chat.objects.defer("token_hash", "order_proof").filter(_of(organization_id))
    return found.exclude(state=Chat.State.CLOSED).order_by(F("waiting_since_at").asc(nulls_last=True), "opened_at")


def past_chats(organization_id: int | None) -> QuerySet[Chat]:
    found = Chat.objects.defer("token_hash", "order_proof").filter(_of(organization_id), state=Chat.State.CLOSED)
    return found.order_by("-closed_at")


def said_after(chat: Chat, number: int) -> list[ChatMessage]:
    """What was said since that message, with its files but for their content."""
    files: dict[int, list[ChatFile]] = {}
    found: list[ChatMessage] = [made(ChatMessage, row) for row in fetch(_SAID, [chat.pk, number])]
    for file in ChatFile.objects.filter(message__in=found).defer("content").order_by("id") if found else ():
        files.setdefault(file.message_id, []).append(file)
    for message in found:
        message.chat = chat
        message.shown_files = files.get(message.pk, [])  # type: ignore[attr-defined]
    return found


def somebody_is_there(organization_id: int | None, *, now: datetime) -> bool:
    return bool(fetch(_THERE, [organization_id or 0, now]))


def agents_there(organization_id: int | None, *, now: datetime) -> set[UUID]:
    return set(
        AgentPresence.objects.filter(_of(organization_id), until_at__gt=now).values_list("person_id", flat=True)
    )


def canned_answers(organization_id: int | None) -> QuerySet[CannedAnswer]:
    return CannedAnswer.objects.filter(_of(organization_id))


def transcript(messages: Iterable[ChatMessage], *, labels: dict[str, str]) -> str:
    """What was said as one text, for a case. `labels`: what visitor and agent are called."""
    lines = []
    for message in messages:
        what = message.text or (f"[{message.get_event_display()}]" if message.event else "")
        if files := getattr(message, "shown_files", []):
            what = f"{what} [{len(files)} ×]".strip()
        who = labels.get(message.by, "")
        lines.append(f"{date_format(localtime(message.at), 'Y-m-d H:i')} {who}: {what}" if who else what)
    return "\n".join(lines)
