"""Mail on its way in: one message (RFC 5322) as we need it. Whatever it is made of, reading it never fails.

Nothing here decides what becomes of it. `automatic` says when no person wrote it (RFC 3834): such a mail is never
answered, or two machines would write to each other for ever.
"""

import email
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from hashlib import sha256

from .html_text import text_of_html

LONGEST_TEXT = 20_000
LONGEST_SUBJECT = 120
MOST_PARTS = 50  # deeper and longer trees are made to hurt
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]{1,190}\.[^\s@<>\"(),:;\\.]{2,63}")
_IDS = re.compile(r"<[^<>\s]{1,250}>")
_INVISIBLE = dict.fromkeys([0, *range(1, 9), 11, 12, *range(14, 32), 127, 0xFEFF])
# Precedence is no standard, but what lists and "out of office" have said for decades.
_NOT_PERSONAL = {"bulk", "junk", "list", "auto_reply"}
_AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "List-Unsubscribe")


@dataclass(frozen=True)
class Part:
    """A file as it came: the name that the sender gave it, what they say it is, and its bytes."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Incoming:
    """`sender` is lower-case, or empty when the mail names no usable one. `answers` are the Message-IDs it answers."""

    message_id: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    language: str
    answers: tuple[str, ...]
    automatic: str
    parts: tuple[Part, ...]
    digest: str  # of all its bytes

    @property
    def key(self) -> str:
        """By which the same mail is known again: its Message-ID, or all its bytes where it has none. Names nobody."""
        return sha256(self.message_id.encode()).hexdigest() if self.message_id else self.digest


def read(raw: bytes) -> Incoming:
    """The message in `raw`. Never raises: what cannot be read is left out."""
    message = email.message_from_bytes(raw, policy=policy.default)
    name, sender = _sender(message)
    text, body = _text(message)
    return Incoming(
        message_id=next(iter(_ids(message, "Message-ID")), ""),
        sender=sender,
        sender_name=name,
        recipients=tuple(_addresses(message, ("Delivered-To", "X-Original-To", "To", "Cc"))),
        subject=clean(_header(message, "Subject")).replace("\n", " ")[:LONGEST_SUBJECT],
        text=text,
        language=_header(message, "Content-Language")[:2].lower(),
        answers=tuple(dict.fromkeys([*_ids(message, "In-Reply-To"), *_ids(message, "References")])),
        automatic=_automatic(message),
        parts=tuple(_parts(message, body)),
        digest=sha256(raw).hexdigest(),
    )


def clean(text: str) -> str:
    """Text without what is no text, lines ended our way, at most two empty lines in a row."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    # Half characters, as a broken coding leaves them, cannot be stored.
    plain = plain.encode("utf-8", "replace").decode()
    return re.sub(r"\n{4,}", "\n\n\n", plain).strip()


def _header(message: Message, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except Exception:  # noqa: BLE001 - the library gives up on some malformed headers; then they say nothing
        return ""


def _all(message: Message, name: str) -> list[str]:
    try:
        return [str(value) for value in message.get_all(name) or []]
    except Exception:  # noqa: BLE001 - see `_header`
        return []


def _ids(message: Message, name: str) -> list[str]:
    return [one for value in _all(message, name) for one in _IDS.findall(value)][:50]


def _addresses(message: Message, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for _name, address in getaddresses(_all(message, name)[:20])[:50]:
            if _ADDRESS.fullmatch(address):
                yield address.lower()


def _sender(message: Message) -> tuple[str, str]:
    """Whom to answer: Reply-To where there is one (a mailing form's, say), else From. The name is From's."""
    wanted = next(_addresses(message, ("Reply-To", "From")), "")
    names = [name for name, _address in getaddresses(_all(message, "From")[:1])]
    name = clean(names[0] if names else "").replace("\n", " ")
    return ("" if "@" in name else name)[:120], wanted[:254]


def _automatic(message: Message) -> str:
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return "auto-submitted"
    if _header(message, "Precedence").strip().lower() in _NOT_PERSONAL:
        return "precedence"
    if _header(message, "Return-Path").strip() == "<>" or message.get_content_type() == "multipart/report":
        return "bounce"
    if _header(message, "X-Spam-Flag").strip().lower() == "yes":
        return "spam"
    return next((name.lower() for name in _AUTOMATIC_HEADERS if _header(message, name)), "")


def _text(message: EmailMessage | Message) -> tuple[str, Message | None]:
    """What the mail says, and which of its parts says so: plain text where there is some, else HTML, reduced."""
    try:
        body = message.get_body(preferencelist=("plain", "html")) if isinstance(message, EmailMessage) else None
    except Exception:  # noqa: BLE001 - see `_header`
        body = None
    if body is None:
        return "", None
    text = _decoded(body)
    if body.get_content_type() == "text/html":
        text = text_of_html(text)
    return clean(text)[:LONGEST_TEXT], body


def _decoded(part: Message) -> str:
    content = _bytes(part)
    for coding in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(coding)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("cp1252", "replace")


def _bytes(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - a coding that the library cannot undo
        return b""
    return content if isinstance(content, bytes) else b""


def _parts(message: Message, body: Message | None) -> Iterator[Part]:
    """Everything that is not the text: files, and pictures inside HTML. The other half of an alternative is no file."""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        if part is body or part.is_multipart():
            continue
        try:
            name, attached = part.get_filename() or "", part.get_content_disposition() == "attachment"
        except Exception:  # noqa: BLE001 - see `_header`
            name, attached = "", True
        if part.get_content_maintype() == "text" and not attached and not name:
            continue
        if content := _bytes(part):
            yield Part(clean(name).replace("\n", " ")[:120], part.get_content_type(), content)
