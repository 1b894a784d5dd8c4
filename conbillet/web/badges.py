"""A state in a word and a colour. Lists show fifty of them, always the same few."""

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from conbillet.web.icons import icon

_ICONS = {"good": "check", "bad": "cross", "warn": "clock"}


def badge(kind: str, text: object) -> SafeString:
    """`{% badge "good" text %}`: kinds good, warn, bad, info, or empty."""
    return _html(kind, str(text))


@lru_cache(maxsize=256)
def _html(kind: str, text: str) -> SafeString:
    return format_html('<span class="badge {}">{}{}</span>', kind, icon(_ICONS[kind]) if kind in _ICONS else "", text)
