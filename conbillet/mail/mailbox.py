"""The mailbox that people write to, over IMAP (RFC 3501) with TLS.

A mail is taken out only after its case is committed: `done` is called then. A server that dies in between finds it there
again, and knows it by its Message-ID. What became a case is removed, so that the case is the only copy and deleting it
deletes what was written. What was not from a person stays, marked as read, for a month: so a mistake can be undone by hand.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

# As much as is fetched of one mail. What is behind it (a film, say) is not missed: such a part would be refused anyway.
MOST_BYTES = 15 * 1024 * 1024
IGNORED = "ConBilletIgnored"
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class MailboxDown(Exception):
    """The mail server cannot be reached, or refuses us. Says which, never whose."""


@dataclass(frozen=True)
class Waiting:
    """One mail in the mailbox: its number there, when it came, and how big it is."""

    uid: str
    arrived_at: datetime | None
    size: int

    @property
    def is_cut(self) -> bool:
        return self.size > MOST_BYTES


class Mailbox:
    """Use as `with Mailbox(...) as box`. `security` is "tls", "starttls", or "none" for a server on this machine."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str,
        password: str,
        folder: str = "INBOX",
        security: str = "tls",
        ca_file: str = "",
        timeout: int = 30,
    ) -> None:
        if security not in {"tls", "starttls", "none"}:
            raise MailboxDown("the security must be tls, starttls or none")
        if security == "none" and host not in _LOCAL:
            raise MailboxDown("without TLS only a server on this machine is asked")
        self._host, self._port, self._user, self._password = host, port, user, password
        self._folder, self._security, self._ca_file, self._timeout = folder, security, ca_file, timeout
        self._server: Any = None
        self._takes_keywords = False

    def __enter__(self) -> "Mailbox":
        try:
            self._open()
        except (OSError, imaplib.IMAP4.error) as reason:
            self.__exit__()
            raise MailboxDown(f"the mailbox cannot be opened ({type(reason).__name__})") from None
        return self

    def __exit__(self, *_error: object) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.logout()
        except (OSError, imaplib.IMAP4.error):
            server.shutdown()

    def _open(self) -> None:
        trusted = ssl.create_default_context(cafile=self._ca_file or None)
        if self._security == "tls":
            self._server = imaplib.IMAP4_SSL(self._host, self._port, ssl_context=trusted, timeout=self._timeout)
        else:
            self._server = imaplib.IMAP4(self._host, self._port, timeout=self._timeout)
            if self._security == "starttls":
                self._server.starttls(trusted)
        self._server.login(self._user, self._password)
        self._ask("SELECT", self._server.select(_quoted(self._folder)))
        flags = self._server.response("PERMANENTFLAGS")[1] or [b""]
        self._takes_keywords = rb"\*" in (flags[-1] or b"")

    def waiting(self, *, most: int = 200) -> Iterator[Waiting]:
        """Mails that nobody has dealt with, the oldest first."""
        for uid in self._search("UNSEEN", "UNDELETED")[:most]:
            lines = self._uid("FETCH", uid, "(RFC822.SIZE INTERNALDATE)")
            answer = b" ".join(line if isinstance(line, bytes) else b" ".join(line) for line in lines if line)
            size = _SIZE.search(answer)
            if size is not None:  # else it is gone meanwhile
                yield Waiting(uid, _arrived(answer), int(size[1]))

    def raw(self, mail: Waiting) -> bytes:
        """Its bytes, the first 15 megabytes of them. Reading does not mark it as read. Empty when it is gone."""
        wanted = f"BODY.PEEK[]<0.{MOST_BYTES}>" if mail.is_cut else "BODY.PEEK[]"
        for line in self._uid("FETCH", mail.uid, f"({wanted})"):
            if isinstance(line, tuple):
                return bytes(line[1])
        return b""

    def done(self, mail: Waiting, *, is_case: bool, keep: bool = False) -> None:
        """It is dealt with, and that is committed: take it out, or mark it as read where it is not ours to take."""
        if is_case and not keep:
            self._uid("STORE", mail.uid, "+FLAGS.SILENT", r"(\Seen \Deleted)")
            self._expunge([mail.uid])
        elif self._takes_keywords and not is_case:
            self._uid("STORE", mail.uid, "+FLAGS.SILENT", rf"(\Seen {IGNORED})")
        else:
            self._uid("STORE", mail.uid, "+FLAGS.SILENT", r"(\Seen)")

    def forget_ignored(self, *, before: date) -> int:
        """Remove what was not from a person and came before that day; only what we have marked ourselves."""
        if not self._takes_keywords:
            return 0
        old = self._search("KEYWORD", IGNORED, "BEFORE", _english(before))
        if old:
            self._uid("STORE", ",".join(old), "+FLAGS.SILENT", r"(\Deleted)")
            self._expunge(old)
        return len(old)

    def _expunge(self, uids: list[str]) -> None:
        # UID EXPUNGE (RFC 4315) takes out ours only; a server without it takes out whatever anybody has marked deleted.
        if "UIDPLUS" in self._server.capabilities:
            self._uid("EXPUNGE", ",".join(uids))
        else:
            self._ask("EXPUNGE", self._guarded(self._server.expunge))

    def _search(self, *criteria: str) -> list[str]:
        found = self._uid("SEARCH", *criteria)
        return sorted((found[0] or b"").decode("ascii", "replace").split(), key=int) if found else []

    def _uid(self, command: str, *arguments: str) -> list[Any]:
        return self._ask(command, self._guarded(self._server.uid, command, *arguments))

    def _guarded(self, call: Any, *arguments: str) -> Any:
        try:
            return call(*arguments)
        except (OSError, imaplib.IMAP4.error) as reason:
            raise MailboxDown(f"the mail server broke off ({type(reason).__name__})") from None

    def _ask(self, what: str, answer: tuple[str, list[Any]]) -> list[Any]:
        if answer[0] != "OK":
            raise MailboxDown(f"the mail server refused {what}")
        return [line for line in answer[1] if line is not None]


def _arrived(answer: bytes) -> datetime | None:
    """INTERNALDATE: when the mail came to the mailbox, from which a deadline counts."""
    local = imaplib.Internaldate2tuple(answer)
    return datetime(*local[:6]).astimezone(UTC) if local else None  # noqa: DTZ001 - local time, as the library gives it


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _english(day: date) -> str:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day:02d}-{months[day.month - 1]}-{day.year}"
