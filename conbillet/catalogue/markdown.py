"""Markdown of associations, made safe: no HTML of theirs, no pictures from elsewhere, links that give nothing away."""

from functools import lru_cache
from html import unescape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

LONGEST = 20_000  # characters of one text


def _made(*, breaks: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False, "maxNesting": 12, "breaks": breaks})
    return parser.enable(["table", "strikethrough"]).disable("image")


_parser, _line_keeper = _made(breaks=False), _made(breaks=True)
_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "s",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "hr",
    "h3",
    "h4",
    "h5",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_LOWER = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h5", "h5": "h5", "h6": "h5"}


@lru_cache(maxsize=256)
def render_markdown(text: str, *, keep_lines: bool = False) -> SafeString:
    """HTML of a text of the association. Its headings start at the third level, below those of the page itself.

    `keep_lines`: a new line is a new line, as people who have never heard of Markdown mean it. The parser lets no HTML through, and the sanitiser would take it out if it did: two defences that fail apart.
    """
    parser = _line_keeper if keep_lines else _parser
    tokens = parser.parse(text[:LONGEST])
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _LOWER[token.tag]
    html = parser.renderer.render(tokens, parser.options, {})
    return mark_safe(sanitise(html))  # noqa: S308  made by us, every value escaped


def sanitise(html: str) -> str:
    """Only the tags and attributes of plain text; links to the web and mail only, and `rel` says that we vouch for none."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow",
        clean_content_tags={"script", "style", "iframe", "svg", "math"},
    )


def plain(text: str) -> str:
    """The first words of a Markdown text without its marks, for descriptions in search results."""
    html = _parser.render(text[:LONGEST])
    words = nh3.clean(html, tags=set()).split()
    return unescape(" ".join(words))
