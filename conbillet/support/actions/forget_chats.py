"""Conversations are forgotten a year after the last word (retention rule `chat`), or at once when the visitor wants it."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conbillet.core.clock import add_months, copenhagen_day, day_start
from conbillet.core.people import NOBODY, Held

from ..models import Chat, ChatFile, ChatMessage
from ..sealing import forget_key
from .agent_is_there import forget_presence

KEPT_FOR_MONTHS = 12


def forget_chats(*, now: datetime, held: Held = NOBODY) -> Counter[int | None]:
    """Delete what was last said a year ago or more, with the conversations' own keys; how many rows, by association."""
    forget_presence(now=now)
    limit = day_start(add_months(copenhagen_day(now), -KEPT_FOR_MONTHS))
    old = Chat.objects.filter(last_at__lt=limit).exclude(person__in=held.persons).exclude(email__in=held.emails)
    return _delete(list(old.values_list("pk", "organization_id", "subject_id", "person_id")))


def delete_chat(*, chat: Chat) -> None:
    """At once, because whoever wrote it wants it so."""
    _delete([(chat.pk, chat.organization_id, chat.subject_id, chat.person_id)])


def _delete(found: list[tuple[int, int | None, UUID, UUID | None]]) -> Counter[int | None]:
    counts: Counter[int | None] = Counter()
    for pk, organization, subject, person in found:
        # The key first: what crashes after it leaves rows that nobody can read, and the next run deletes them.
        if subject != person:
            forget_key(subject)
        with transaction.atomic():
            counts[organization] += ChatFile.objects.filter(chat=pk).delete()[0]
            counts[organization] += ChatMessage.objects.filter(chat=pk).delete()[0]
            counts[organization] += Chat.objects.filter(pk=pk).delete()[0]
    return counts
