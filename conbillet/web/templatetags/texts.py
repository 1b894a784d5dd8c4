"""Texts that associations write in two languages."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from conbillet.catalogue.markdown import render_markdown
from conbillet.core.clock import COPENHAGEN
from conbillet.core.formats import format_day, format_moment

register = template.Library()


@register.filter
def text(thing: Any, name: str) -> str:
    """`{{ product|text:"name" }}`: `name_en` for English readers where it is written, else `name_da`."""
    danish = str(getattr(thing, f"{name}_da"))
    if (get_language() or "da").startswith("en"):
        return str(getattr(thing, f"{name}_en")) or danish
    return danish


@register.filter
def markdown(value: str) -> SafeString:
    """`{{ event|text:"description"|markdown }}`: the association's Markdown, made safe."""
    return render_markdown(value, keep_lines=True)


@register.filter
def as_end(moment: datetime) -> str:
    """The end of a sale as people say it: a sale that ends at midnight ends with the day before, not on the next one."""
    local = moment.astimezone(COPENHAGEN)
    if (local.hour, local.minute) == (0, 0):
        return format_day(local.date() - timedelta(days=1), get_language())
    return format_moment(moment, get_language())
