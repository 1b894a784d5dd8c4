"""What the pages of a conversation share, the visitor's and the agents': messages as values, uploads, live addresses."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict

from conbillet.core.formats import format_time
from conbillet.core.keys import KeyProblem
from conbillet.core.live import topic_token
from conbillet.mail.incoming import Part
from conbillet.support.attachments import MOST_BYTES, Taken, take
from conbillet.support.models import Chat, ChatFile, ChatMessage
from conbillet.support.sealing import opened_file

MOST_FILES = 3
NEWEST = "Last-Event-ID"
LONGEST_KEY = 32


@dataclass(frozen=True)
class Said:
    """One message as a reader sees it: theirs, the other side's, or something that happened."""

    number: int
    side: str  # mine, theirs, event
    text: str
    at: str
    iso: str
    files: list[dict[str, Any]]


def said_to(reader: str, messages: Iterable[ChatMessage], *, language: str, files_at: str) -> list[Said]:
    """For a visitor or an agent. `files_at` is the address below which the conversation's files are."""
    found = []
    for one in messages:
        side = "event" if one.by == ChatMessage.By.SYSTEM else "mine" if one.by == reader else "theirs"
        text = str(one.get_event_display()) if one.event else one.text
        files = [
            {"url": f"{files_at}{file.reference}/", "picture": file.kind.startswith("image/"), "size": file.size}
            for file in getattr(one, "shown_files", [])
        ]
        found.append(Said(one.number, side, text, format_time(one.at, language), one.at.isoformat(), files))
    return found


def as_json(messages: Iterable[Said]) -> list[dict[str, Any]]:
    return [asdict(one) for one in messages]


def newest_seen(request: HttpRequest) -> int:
    """The number of the last message that the page has: what it missed is what comes after."""
    text = request.headers.get(NEWEST, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def live_address(topics: Iterable[str], now: datetime) -> str:
    """Where the page listens; the tokens in it are good for half a day."""
    wanted = list(topics)
    tokens = ",".join(topic_token(topic, now) for topic in wanted)
    return f"{settings.CONBILLET_LIVE_URL}/live/{','.join(wanted)}?token={tokens}"


def typing_topic(chat: Chat, who: str) -> str:
    """`v` the visitor writes, `a` an agent does. Told while it happens, and never stored."""
    return f"typing:{chat.reference}-{who}"


def uploads(files: "MultiValueDict[str, Any]") -> list[Taken]:
    """What became of each file that was sent: drawn anew, or refused with the reason. At most three are looked at."""
    parts = []
    for file in files.getlist("file")[:MOST_FILES]:
        too_big = (file.size or 0) > MOST_BYTES
        content = b"" if too_big else file.read()
        kind = str(file.content_type or "")
        parts.append(Part("", kind, b"\0" * (MOST_BYTES + 1) if too_big else content))
    return take(parts)


def message_key(request: HttpRequest) -> str:
    """Made by the page that writes, so that the same message never stands there twice."""
    key = request.POST.get("key", "")
    return key if key.isascii() and key.isalnum() and 16 <= len(key) <= LONGEST_KEY else ""


def refused_text(form: Form, problem: str) -> Form:
    """The form with what was typed, and the verb's own words beside it."""
    form.errors.pop("text", None)
    form.add_error("text", problem)
    return form


def file_answer(chat: Chat, reference: str) -> HttpResponse:
    """A file of the conversation. Pictures were drawn by us and are shown; text is only ever saved."""
    file = ChatFile.objects.filter(chat=chat, reference=reference).first()
    if file is None:
        raise Http404
    file.chat = chat
    try:
        content = opened_file(file)
    except KeyProblem:
        raise Http404 from None
    picture = file.kind == "image/jpeg"
    name = f"{chat.reference.lower()}-{file.pk}.{'jpg' if picture else 'txt'}"
    response = HttpResponse(content, content_type=file.kind if picture else "text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'{"inline" if picture else "attachment"}; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
