"""A mail as we write it: greeting, paragraphs, a table of lines, one button; rendered as text and as HTML.

Names and other typed texts stay text: they are escaped in HTML, and a name that looks like an address is never made a
link, because only `button` and `links` are.
"""

from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.utils.translation import override


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    kind: str = "application/pdf"


@dataclass(frozen=True)
class Button:
    text: str
    url: str


@dataclass(frozen=True)
class Letter:
    """`rows` are (left, right) pairs such as a line and its price; `total` stands out below them."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    total: tuple[str, str] | None = None
    button: Button | None = None
    closing: tuple[str, ...] = ()
    small_print: tuple[str, ...] = ()
    links: tuple[Button, ...] = ()
    sender: str = ""
    accent: str = "#5b21b6"
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)


def text_of(letter: Letter) -> str:
    """The plain-text part, lines as they come; mail programs wrap them."""
    parts = [letter.greeting, *letter.paragraphs]
    if letter.rows:
        rows = [f"  {left}: {right}" for left, right in letter.rows]
        if letter.total:
            rows.append(f"  {letter.total[0]}: {letter.total[1]}")
        parts.append("\n".join(rows))
    if letter.button:
        parts.append(f"{letter.button.text}:\n{letter.button.url}")
    parts += letter.closing
    if letter.sender:
        parts.append(letter.sender)
    foot = [*letter.small_print, *(f"{link.text}: {link.url}" for link in letter.links)]
    if foot:
        parts.append("-- \n" + "\n".join(foot))
    return "\n\n".join(parts) + "\n"


def html_of(letter: Letter, language: str) -> str:
    with override(language):
        return render_to_string("mail/letter.html", {"letter": letter, "language": language})
