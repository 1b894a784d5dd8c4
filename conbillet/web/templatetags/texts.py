"""Texts that associations write in two languages."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from conbillet.catalogue.markdown import render_markdown

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
    return render_markdown(value)
