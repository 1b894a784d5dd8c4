"""Reports that mail servers send about mails of ours: that one could not be delivered (DSN, RFC 3464), or that its
receiver has marked it as unwanted (ARF, RFC 5965). Reading never fails; what is not clearly such a report is none.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message

HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_IDS = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS = re.compile(r"[^\s@<>\";]{1,64}@[^\s@<>\";]{1,190}")
MOST_PARTS = 30
# Statuses that say: there is no such mailbox. Everything else (full, too large, a policy, a guess) may be another day.
_GONE = re.compile(r"5\.1\.(0|1|2|3|4|6|10)|5\.2\.1|5\.4\.4")


@dataclass(frozen=True)
class Report:
    """`about` are Message-IDs of the mail it is about, `sent_to` addresses to which the report itself was sent."""

    kind: str
    about: tuple[str, ...]
    sent_to: tuple[str, ...]


def kind_of_status(status: str) -> str:
    """Whether an enhanced status code (RFC 3463) says that the mailbox is not there."""
    found = _STATUS.search(status)
    return HARD if found and _GONE.fullmatch(found[0]) else SOFT


def read_report(raw: bytes) -> Report | None:
    """What the message reports; None for anything else, delays ("still trying") and successes among them."""
    try:
        message = email.message_from_bytes(raw, policy=policy.compat32)
        if message.get_content_type() != "multipart/report":
            return None
        parts = list(_parts(message))
        kind = _kind(parts)
        if kind is None:
            return None
        return Report(kind, tuple(_about(parts)), tuple(_sent_to(message)))
    except Exception:  # noqa: BLE001 - whatever it is made of, it is no report of ours then
        return None


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _kind(parts: list[Message]) -> str | None:
    kinds = {part.get_content_type() for part in parts}
    if "message/feedback-report" in kinds:
        words = " ".join(_text(part) for part in parts if part.get_content_type() == "message/feedback-report")
        found = re.search(r"feedback-type:\s*([a-z-]+)", words, re.IGNORECASE)
        return COMPLAINT if found and found[1].lower() in {"abuse", "fraud"} else None
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        words = _text(part)
        action = re.search(r"^action:\s*([a-z]+)", words, re.IGNORECASE | re.MULTILINE)
        if action and action[1].lower() == "failed":
            status = re.search(r"^status:\s*(\S+)", words, re.IGNORECASE | re.MULTILINE)
            return kind_of_status(status[1] if status else "")
    return None


def _text(part: Message) -> str:
    """A part's own words, whether the library has read them as headers of blocks or as a text."""
    if part.is_multipart():
        blocks: list[Message] = part.get_payload()  # type: ignore[assignment]
        return "\n".join(f"{name}: {value}" for block in blocks for name, value in block.items())
    content = part.get_payload(decode=True)
    return content.decode("ascii", "replace") if isinstance(content, bytes) else str(part.get_payload())


def _about(parts: list[Message]) -> Iterator[str]:
    """Message-IDs of the mail that came back: it or its headers are the last part."""
    for part in parts[1:]:
        yield from _IDS.findall(str(part.get("Message-ID") or ""))[:3]
        if part.get_content_type() == "text/rfc822-headers":
            found = re.search(r"^message-id:\s*(<[^<>\s]{1,250}>)", _text(part), re.IGNORECASE | re.MULTILINE)
            if found:
                yield found[1]


def _sent_to(message: Message) -> Iterator[str]:
    for name in ("Delivered-To", "X-Original-To", "To"):
        for value in (message.get_all(name) or [])[:10]:
            yield from _ADDRESS.findall(str(value))[:10]
