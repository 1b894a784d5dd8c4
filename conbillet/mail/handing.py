"""Handing a mail to the mail server, so that we know afterwards what became of it.

SMTP has one moment of doubt: after the body was sent and before the server answers. Whatever fails before it was not
taken; an answer is an answer; and only a connection that breaks in that moment leaves us not knowing.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

from django.core.mail import EmailMessage, get_connection

TAKEN, REFUSED, LATER, UNKNOWN = "taken", "refused", "later", "unknown"


@dataclass(frozen=True)
class Ready:
    """A mail for one receiver, as it goes over the wire."""

    recipient: str
    content: bytes


@dataclass(frozen=True)
class Outcome:
    """`code` is the server's answer where it gave one. `down` says that nobody else's mail would be taken either."""

    what: str
    code: str = ""
    text: str = ""
    down: bool = False


class Post:
    """An open way to the mail server. `backend` is Django's; over SMTP the three steps are taken one by one."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._is_smtp = isinstance(getattr(backend, "connection", None), smtplib.SMTP)

    def hand(self, mail: Ready, *, sender: str) -> Outcome:
        """Hand over one mail. Never raises."""
        if not self._is_smtp:
            return self._whole(mail, sender)
        server = self._backend.connection
        if server is None:
            return Outcome(LATER, text="closed", down=True)
        step = "mail"
        try:
            server.ehlo_or_helo_if_needed()  # after the first time it says nothing
            answer = server.mail(sender, [f"size={len(mail.content)}"] if server.has_extn("size") else [])
            if answer[0] == 250:
                step = "rcpt"
                answer = server.rcpt(mail.recipient)
            if answer[0] in (250, 251):
                step = "data"
                answer = server.data(mail.content)
                if answer[0] == 250:
                    return Outcome(TAKEN)
            self._reset(server)
        except smtplib.SMTPDataError as refusal:  # it did not want to begin with the body
            self._reset(server)
            answer = (refusal.smtp_code, refusal.smtp_error)  # type: ignore[assignment]
        except (OSError, smtplib.SMTPException) as failure:
            self._open_again()
            doubt = step == "data"
            return Outcome(UNKNOWN if doubt else LATER, text=type(failure).__name__, down=True)
        return _judged(step, *answer)

    def _whole(self, mail: Ready, sender: str) -> Outcome:
        """Through a backend that is not SMTP's (tests, a provider's): a failure leaves us not knowing."""
        try:
            self._backend.send_messages([_Finished(mail, sender)])
        except Exception as failure:  # noqa: BLE001  any library may stand behind the backend
            return Outcome(UNKNOWN, text=type(failure).__name__, down=True)
        return Outcome(TAKEN)

    def _reset(self, server: smtplib.SMTP) -> None:
        try:
            server.rset()
        except (OSError, smtplib.SMTPException):
            self._open_again()

    def _open_again(self) -> None:
        try:
            self._backend.close()
            self._backend.open()
        except (OSError, smtplib.SMTPException):
            pass  # the next mail finds the way closed, and says so


def _judged(step: str, code: int, text: bytes | str) -> Outcome:
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else str(text)
    # 421: it closes. A no to our own address, or 400s before anybody was named, would be everybody's.
    down = code == 421 or step == "mail"
    if 500 <= code < 600 and step != "mail":
        return Outcome(REFUSED, str(code), words)
    return Outcome(LATER, str(code), words, down=down)


class NoWay(Exception):
    """The mail server cannot be reached."""


@contextmanager
def open_post() -> Iterator[Post]:
    """The way to the mail server, for one portion of mails. Raises NoWay."""
    backend = get_connection()
    try:
        backend.open()
    except (OSError, smtplib.SMTPException) as failure:
        raise NoWay(type(failure).__name__) from None
    try:
        yield Post(backend)
    finally:
        backend.close()


class _Finished(EmailMessage):
    """A mail whose bytes are made, for backends that want a message of Django's."""

    def __init__(self, mail: Ready, sender: str) -> None:
        super().__init__(from_email=sender, to=[mail.recipient])
        self._content = mail.content

    def message(self, **_options: Any) -> Any:
        return message_from_bytes(self._content, policy=SMTP)
