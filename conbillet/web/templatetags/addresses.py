"""`{% static "web/base.css" %}`, looked up once: a file's address does not change while the program runs."""

from typing import Any

from django import template
from django.template.base import FilterExpression
from django.template.context import Context
from django.templatetags.static import StaticNode

register = template.Library()


class KnownStaticNode(StaticNode):
    """As Django's; a page has nine of them, and each looks through all applications first."""

    def __init__(self, varname: Any = None, path: Any = None) -> None:
        super().__init__(varname, path)
        self._known: str | None = None
        self._is_constant = isinstance(path, FilterExpression) and isinstance(path.var, str) and not path.filters

    def url(self, context: Context) -> str:
        if not self._is_constant:
            return str(super().url(context))
        if self._known is None:
            self._known = str(super().url(context))
        return self._known


register.tag("static", lambda parser, token: KnownStaticNode.handle_token(parser, token))
