"""`{% translate "Total" %}`, looked up once in each language: a text that stands in a template does not change while the
program runs, and a page has three dozen of them."""

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language

register = template.Library()


class KnownTextNode(Node):
    """Django's node, and what it has said before. For constants only: nothing of the page goes into the text."""

    def __init__(self, node: TranslateNode) -> None:
        self._node = node
        self._known: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        text = self._known.get(language)
        if text is None:
            text = self._known[language] = self._node.render(context)
        return text


def _translate(parser: Parser, token: Token) -> Node:
    node: TranslateNode = do_translate(parser, token)
    return KnownTextNode(node) if _is_constant(node) else node


def _is_constant(node: TranslateNode) -> bool:
    text = node.filter_expression
    return text.var.lookups is None and not (text.filters or node.asvar or node.message_context)


register.tag("translate", _translate)
register.tag("trans", _translate)
