"""HTML as a person would read it, in plain text: for mails that have nothing else. Never shown as HTML again."""

from html.parser import HTMLParser

_SILENT = {"script", "style", "head", "title", "template", "noscript", "object", "svg"}
_BREAKS = {"br", "p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr"}
_PARAGRAPHS = {"p", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
MOST = 1_000_000


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _BREAKS:
            self.parts.append("\n")
        elif tag == "a":
            target = dict(attrs).get("href") or ""
            self._links.append(target if target.startswith(("http://", "https://")) else "")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag == "a" and self._links:
            target = self._links.pop()
            if target:
                self.parts.append(f" <{target}>")
        elif tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in {"div", "tr"}:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        # A head that is never closed (it need not be) must not swallow the whole mail: only its own contents are silent.
        if not self._silent or (self._silent == ["head"] and data.strip()):
            self.parts.append(data if data.isspace() is False else " ")


def text_of_html(html: str) -> str:
    """The words of a page, its lines and list items on lines of their own; where links lead is said behind them."""
    reader = _Reader()
    reader.feed(html[:MOST])
    reader.close()
    lines: list[str] = []
    for line in "".join(reader.parts).splitlines():
        words = " ".join(line.split())
        if words or (lines and lines[-1]):
            lines.append(words)
    return "\n".join(lines).strip()
