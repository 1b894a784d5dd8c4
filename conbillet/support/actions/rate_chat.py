"""Say how a conversation went, from one to five."""

from datetime import datetime

from ..models import Chat


def rate_chat(*, chat: Chat, rating: int, now: datetime) -> bool:
    """Once it is over, as often as one likes: the last answer counts. Whether it was taken."""
    if not 1 <= rating <= 5:
        return False
    return bool(Chat.objects.filter(pk=chat.pk, state=Chat.State.CLOSED).update(rating=rating))
