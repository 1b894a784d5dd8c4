"""Live pages: telling open pages that something has changed, and saying who may listen.

A *topic* is a kind and an id, `event:42` or `order:K7Q2…`; a message carries the topic and nothing else, and the page
fetches what it may see. Messages are sent with the transaction: a rollback sends nothing. Whoever is away misses them,
so the live endpoint sends one `changed` whenever a page (re)connects.
"""

import re
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

from . import rows

CHANNEL = "conbillet_live"
LIFETIME = timedelta(hours=12)  # a day at the door without a reload
_TOPIC = re.compile(r"[a-z]{1,20}:[A-Za-z0-9_-]{1,64}")


class NotATopic(ValueError):
    """A topic is `kind:id`, so that no text of a person can slip into a message."""


def is_topic(text: str) -> bool:
    return _TOPIC.fullmatch(text) is not None


def topic_token(topic: str, now: datetime) -> str:
    """The token with which a page may listen to this topic for twelve hours: `/live/<topic>?token=<token>`."""
    _check(topic)
    expires = int((now + LIFETIME).timestamp())
    return f"{expires}.{_signer().signature(f'{topic}:{expires}')}"


def token_expiry(topic: str, token: str, now: datetime) -> datetime | None:
    """When the token ends; None when it is forged, made for another topic, or over."""
    expires, _, signature = token.partition(".")
    if not is_topic(topic) or not expires.isascii() or not expires.isdigit() or len(expires) > 11:
        return None
    try:
        _signer().unsign(f"{topic}:{expires}:{signature}")
    except BadSignature:
        return None
    end = datetime.fromtimestamp(int(expires), UTC)
    return end if end > now else None


def notify(topic: str) -> None:
    """Tell listening pages that the topic has changed, when (and only if) the current transaction commits."""
    _check(topic)
    rows.call("pg_notify(%s, %s)", [CHANNEL, topic])


def _check(topic: str) -> None:
    if not is_topic(topic):
        raise NotATopic("A topic is a kind in small letters, a colon, and an id.")


def _signer() -> Signer:
    return Signer(salt="conbillet.core.live")
