"""Somebody who asks has the page open."""

from datetime import datetime, timedelta

from django.db.models import Q

from conbillet.core.live import notify

from ..models import Chat, queue_topic
from .agent_is_there import LISTENING

SEEN_EVERY = timedelta(seconds=15)


def visitor_is_there(*, chat: Chat, now: datetime) -> None:
    """Noted a few times a minute at most."""
    old = Q(visitor_seen_at=None) | Q(visitor_seen_at__lt=now - SEEN_EVERY)
    if chat.visitor_seen_at is None or chat.visitor_seen_at < now - SEEN_EVERY:
        came = chat.visitor_seen_at is None or chat.visitor_seen_at < now - LISTENING
        if Chat.objects.filter(old, pk=chat.pk).update(visitor_seen_at=now) and came:
            notify(queue_topic(chat.organization_id))
