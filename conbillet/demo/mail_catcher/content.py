"""What is inside a mail: headers, text, HTML, links, attachments."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any, cast

INLINE_LIMIT = 2_000_000


@dataclass
class Attachment:
    """A part that is not the text: a file, or a picture that the HTML shows by its `cid`."""

    name: str
    content_type: str
    data: bytes
    cid: str = ""


@dataclass
class Content:
    """A mail taken apart."""

    headers: list[tuple[str, str]]
    text: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)

    @property
    def links(self) -> list[str]:
        """Every web address in text and HTML, each once, in order."""
        finder = LinkFinder()
        finder.feed(self.html)
        in_text = [match.rstrip(".,;:!?)>]'\"") for match in re.findall(r"https?://[^\s<>\"]+", self.text)]
        return list(dict.fromkeys([*in_text, *finder.links]))


class LinkFinder(HTMLParser):
    """Collects the targets of links."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag."""
        href = dict(attrs).get("href") or ""
        if tag == "a" and href.startswith(("http://", "https://")):
            self.links.append(href)


def take_apart(raw: bytes) -> Content:
    """Read a mail; what is broken in it is shown as well as it can be."""
    message = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
    content = Content([(name, header_text(message, name, value)) for name, value in message.raw_items()])
    for part in message.walk():
        if part.is_multipart():
            continue
        kind, file_name = part.get_content_type(), safe_file_name(part)
        cid = str(part.get("content-id", "")).strip("<> ")
        is_file = bool(file_name) or part.get_content_disposition() == "attachment" or bool(cid)
        if kind == "text/plain" and not is_file:
            content.text += part_text(part)
        elif kind == "text/html" and not is_file:
            content.html += part_text(part)
        else:
            data = part.get_payload(decode=True)
            name = file_name or f"part-{len(content.attachments) + 1}"
            content.attachments.append(Attachment(name, kind, data if isinstance(data, bytes) else b"", cid))
    return content


def header_text(message: EmailMessage, name: str, raw: Any) -> str:
    """A header, decoded if it can be."""
    try:
        return str(policy.default.header_fetch_parse(name, raw))
    except (LookupError, UnicodeError, ValueError, IndexError):
        return str(raw)


def safe_file_name(part: EmailMessage) -> str:
    """The file name without folders and control characters."""
    try:
        name = str(part.get_filename() or "")
    except (LookupError, UnicodeError, ValueError):
        name = "attachment"
    return re.sub(r"[\x00-\x1f\x7f]", "", re.split(r"[/\\]", name)[-1])[:200]


def part_text(part: EmailMessage) -> str:
    """The text of a part; an unknown alphabet is read as Latin-1."""
    data = part.get_payload(decode=True)
    data = data if isinstance(data, bytes) else b""
    try:
        text = data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n")


def embed_pictures(content: Content) -> str:
    """The HTML with its own pictures inside it, so that the page needs nothing from outside."""
    html = content.html
    for part in content.attachments:
        if part.cid and part.content_type.startswith("image/"):
            data = base64.b64encode(part.data).decode()
            html = html.replace(f"cid:{part.cid}", f"data:{part.content_type};base64,{data}")
    return html


def describe(content: Content, url: str) -> dict[str, Any]:
    """As JSON; files up to 2 MB carry their bytes, all can be fetched from their `url`."""
    files = [
        {
            "name": part.name,
            "content_type": part.content_type,
            "size": len(part.data),
            "url": f"{url}/attachments/{number}",
            "base64": base64.b64encode(part.data).decode() if len(part.data) <= INLINE_LIMIT else None,
        }
        for number, part in enumerate(content.attachments)
    ]
    return {
        "headers": [list(pair) for pair in content.headers],
        "text": content.text,
        "html": content.html,
        "links": content.links,
        "attachments": files,
    }
