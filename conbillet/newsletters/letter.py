"""An issue as a mail: everything that is the same for all is written once a language, and a receiver's mail is made of
those bytes, their address and their own link by which to unsubscribe.

No picture, nothing that loads, no link that leads over us: what the sender wrote is what is sent. The style stands in one
element without attributes, so that the preview can allow exactly that one by its hash.
"""

import hashlib
import hmac
import quopri
import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from conbillet.mail.addresses import own_domain
from conbillet.mail.handing import Ready

from .links import full, issue_path
from .models import Issue
from .writing import html_of, one_line, text_of

CSS = """body{margin:0;padding:0;background:#f4f2f7;color:#1f1b2d;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.55}
.around{background:#f4f2f7}.around>tbody>tr>td{padding:24px 12px}
.sheet{max-width:600px;background:#ffffff;border-radius:14px;overflow:hidden}
.words{padding:24px 28px 12px;overflow-wrap:anywhere}.from{margin:0 0 4px;color:#5c566b;font-size:14px}
h1{margin:0 0 16px;font-size:24px;line-height:1.25}h3,h4,h5{margin:20px 0 8px;font-size:18px;line-height:1.3}
p,ul,ol,blockquote,pre,table{margin:0 0 14px}blockquote{margin-left:0;padding-left:14px;border-left:3px solid #cfc8de}
.words th,.words td{padding:4px 10px 4px 0;text-align:left}a{color:#1f1b2d}
.small,.small a{color:#5c566b;font-size:13px;line-height:1.5}.small{padding:14px 28px 22px;border-top:1px solid #e5e1ee}.small p{margin:0 0 8px}
@media (prefers-color-scheme:dark){body,.around{background:#14111c!important;color:#f1eef8!important}.sheet{background:#1f1b2b!important;color:#f1eef8!important}a{color:#f1eef8}.from,.small,.small a{color:#b9b2c9!important}.small,blockquote{border-color:#3a3449!important}}"""
CSS_HASH = "'sha256-" + b64encode(hashlib.sha256(CSS.encode()).digest()).decode() + "'"
# Stands for a receiver's own link while the rest is written. No text of anybody's can hold it: it is made of no letters.
_LINK = "\ue000link\ue000"
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_PLAIN_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]{1,190}")
_MESSAGE = re.compile(r"<news-(\d{1,18})-([0-9a-f]{20})@([^<>\s]+)>")


class BadAddress(ValueError):
    """No mail can be addressed to this."""


@dataclass(frozen=True)
class Rendered:
    """One issue in one language. `head` are the headers that are the same for all; `parts` lie around the links."""

    issue: int
    language: str
    subject: str
    html: str
    text: str
    head: bytes
    parts: tuple[bytes, ...]

    def shown(self, url: str) -> tuple[str, str]:
        """HTML and text for somebody who looks at it before it is sent; `url` stands where a receiver's own link will."""
        return self.html.replace(_LINK, url), self.text.replace(_LINK, url)

    def to(self, *, number: int, email: str, path: str, now: datetime) -> Ready:
        """The mail of one receiver: `number` is their row, `path` the page on which they unsubscribe."""
        address, url = _ascii(email), full(path)
        own = (
            f"To: {address}\r\nMessage-ID: {message_id(number)}\r\nDate: {format_datetime(now)}\r\n"
            f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        ).encode("ascii")
        return Ready(address, own + self.head + _soft(url).join(self.parts))


def render(issue: Issue, language: str, *, test: bool = False) -> Rendered:
    """Write an issue in a language. With `test` its subject says that it is a trial."""
    sender = one_line(issue.organization.name) if issue.organization else "ConBillet"
    subject = one_line(issue.subject(language))
    with override(language):
        shown = _("Trial: %(subject)s") % {"subject": subject} if test else subject
        why = _("You get this mail because you have said yes to news from %(sender)s.") % {"sender": sender}
        leave = _("No more news from %(sender)s") % {"sender": sender}
        links = [(_("Read this on the web"), full(issue_path(issue)))] if issue.on_web and not test else []
        links.append((_("Privacy policy"), full("/policy/")))
        lines = _who(issue)
        body = html_of(_PRIVATE.sub("", issue.text(language)))
        html = render_to_string(
            "newsletters/mail.html",
            {
                "language": language, "subject": shown, "sender": sender, "body": body, "why": why, "lines": lines,
                "links": links, "unsubscribe": _LINK, "unsubscribe_words": leave,
                "accent": issue.organization.accent_colour if issue.organization else "#5b21b6",
                "style": mark_safe(f"<style>{CSS}</style>"),  # noqa: S308  our own constant
            },
        )  # fmt: skip
        foot = [why, f"{leave}:\n{_LINK}", *lines, *(f"{words}:\n{url}" for words, url in links)]
        text = "\n\n".join([shown, text_of(_PRIVATE.sub("", issue.text(language))), "-- \n" + "\n\n".join(foot)]) + "\n"
    boundary = f"=_{issue.reference}_{language}_{hashlib.sha256(html.encode()).hexdigest()[:16]}"
    return Rendered(issue.pk, language, shown, html, text, _head(issue, sender, shown, language, boundary), _parts(text, html, boundary))


def message_id(number: int) -> str:
    """The Message-ID of a receiver's mail. Only who has the mail knows it: a report that names it is about that mail."""
    return f"<news-{number}-{_mark(number)}@{own_domain()}>"


def recipient_of(identifier: str) -> int | None:
    """The row that a Message-ID of ours names; None for anybody else's, and for one that was made up."""
    found = _MESSAGE.fullmatch(identifier)
    if found is None or found[3].lower() != own_domain().lower():
        return None
    return int(found[1]) if hmac.compare_digest(found[2], _mark(int(found[1]))) else None


def bounce_address(number: int) -> str:
    """Where the mail server is to report that a mail could not be delivered: our mailbox, with the row's name in it where
    its server can do that."""
    address: str = settings.CONBILLET_INBOX_ADDRESS
    if not settings.CONBILLET_INBOX_PLUS:
        return address
    local, _at, domain = address.rpartition("@")
    return f"{local}+news-{number}-{_mark(number)}@{domain}"


def recipient_of_bounce(address: str) -> int | None:
    """The row that an address of `bounce_address` names."""
    found = re.fullmatch(r".+\+news-(\d{1,18})-([0-9a-f]{20})", address.rpartition("@")[0])
    return int(found[1]) if found and hmac.compare_digest(found[2], _mark(int(found[1]))) else None


def _mark(number: int) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"news {number}".encode(), hashlib.sha256).hexdigest()[:20]


def _who(issue: Issue) -> list[str]:
    """Who writes, and where they can be reached (markedsføringsloven § 10, e-handelsloven § 7)."""
    if issue.organization is None:
        operator = settings.CONBILLET_OPERATOR
        parts = [operator["name"], operator["address"], operator["email"]]
    else:
        one = issue.organization
        parts = [one.name, one.street, f"{one.postcode} {one.city}".strip(), one.email]
    return [
        one_line(", ".join(part for part in parts if part)),
        *([_("Sent by ConBillet on behalf of the association.")] if issue.organization else []),
    ]


def _head(issue: Issue, sender: str, subject: str, language: str, boundary: str) -> bytes:
    """Written by the library, which folds and encodes, and refuses a line end in a header."""
    message = EmailMessage(policy=SMTP)
    display = f"{sender} via ConBillet" if issue.organization else "ConBillet"
    own = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    message["From"] = Address(display_name=display, addr_spec=own)
    if issue.organization and issue.organization.email:
        with suppress(BadAddress):
            message["Reply-To"] = _ascii(issue.organization.email)
    message["Subject"] = subject
    message["Content-Language"] = language
    slug = issue.organization.slug if issue.organization else "conbillet"
    message["List-Id"] = f"<{slug}.newsletter.{own_domain()}>"
    message["Precedence"] = "bulk"
    message["Auto-Submitted"] = "auto-generated"
    message["MIME-Version"] = "1.0"
    # Joined by hand below: the library would look for the boundary in every mail.
    head = message.as_bytes().split(b"\r\n\r\n", 1)[0]
    return head + f'\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode()


def _parts(text: str, html: str, boundary: str) -> tuple[bytes, ...]:
    """The body in quoted-printable (so that no line is long and every server takes it), cut where the link belongs."""
    around: list[list[bytes]] = [[b""]]
    for kind, content in (("plain", text), ("html", html)):
        start = f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        around[-1].append(start.encode())
        first, *rest = content.split(_LINK)
        around[-1].append(_quoted(first))
        around += [[_quoted(one)] for one in rest]
        around[-1].append(b"\r\n")
    around[-1].append(f"--{boundary}--\r\n".encode())
    return tuple(b"".join(pieces) for pieces in around)


def _quoted(text: str) -> bytes:
    encoded = quopri.encodestring(text.encode(), quotetabs=False)
    # A soft end of line follows, so a space at the very end need not be protected, and a dot is doubled by SMTP itself.
    return encoded.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _soft(url: str) -> bytes:
    """A link inside quoted-printable text, on lines of its own that disappear when it is read."""
    safe = url.replace("=", "=3D")
    pieces = [safe[at : at + 70] for at in range(0, len(safe), 70)]
    return ("=\r\n" + "=\r\n".join(pieces) + "=\r\n").encode("ascii")


def _ascii(email: str) -> str:
    """The address as it may stand in a header and an envelope; a foreign domain in its ASCII form."""
    if not _PLAIN_ADDRESS.fullmatch(email) or not email.isprintable():
        raise BadAddress
    local, _at, domain = email.rpartition("@")
    try:
        local.encode("ascii")
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise BadAddress from None
