"""Escaping for HTML that is put together in Python."""

from html import escape as _escape
from typing import Any


def escape(value: Any) -> str:
    """As Django's `conditional_escape`, without the wrapper by which that stays lazy: half the time of a form's HTML."""
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return _escape(str(value))
