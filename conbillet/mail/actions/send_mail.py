"""Hand one queued mail to the mail server: retried until it is taken, never handed over twice knowingly."""

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from ..addresses import message_id
from ..letter import Letter, html_of, text_of
from ..models import OutgoingMail
from ..queries import NOTHING_TO_SAY

# A worker that dies between handing over and writing it down leaves the mail claimed. It is tried again after this
# time, under the same Message-ID, so that a mailbox can tell that it is the same mail.
CLAIM = timedelta(minutes=10)
# Mails to somebody of whom nothing is to be left: address and text go as soon as the mail is on its way.
FORGOTTEN_WHEN_SENT = {"erasure_receipt", "departure_receipt"}


class MailServerDown(Exception):
    """The mail server does not take it now; the job tries again."""


def send_mail(*, mail_id: int, write: Callable[[OutgoingMail], Letter | None], now: datetime) -> str:
    """Claim, write, hand over, note. Returns the mail's state. Raises MailServerDown, after which the job is tried again.

    `write` makes the letter, or None when there is no reason for it any more (its order was erased, say).
    """
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update().filter(pk=mail_id).first()
        if mail is None or mail.state in {OutgoingMail.State.SENT, OutgoingMail.State.FAILED}:
            return mail.state if mail else OutgoingMail.State.FAILED
        if mail.state == OutgoingMail.State.SENDING and mail.claimed_at and mail.claimed_at > now - CLAIM:
            raise MailServerDown("another worker is sending it")
        mail.state, mail.claimed_at, mail.attempts = OutgoingMail.State.SENDING, now, mail.attempts + 1
        mail.save(update_fields=["state", "claimed_at", "attempts"])
    try:
        letter = write(mail) if mail.recipient else None
    except Exception as failure:
        _note(mail, OutgoingMail.State.WAITING, now, error=type(failure).__name__)
        raise
    if letter is None:
        return _note(mail, OutgoingMail.State.FAILED, now, error=NOTHING_TO_SAY)
    try:
        message = _message(mail, letter)
        message.send()
    except (SMTPRecipientsRefused, SMTPResponseException) as refusal:
        if _for_good(refusal):
            return _note(mail, OutgoingMail.State.FAILED, now, error="the address was refused")
        _note(mail, OutgoingMail.State.WAITING, now, error=type(refusal).__name__)
        raise MailServerDown("not now") from None
    except (OSError, SMTPException) as failure:
        _note(mail, OutgoingMail.State.WAITING, now, error=type(failure).__name__)
        raise MailServerDown(type(failure).__name__) from None
    return _note(mail, OutgoingMail.State.SENT, now, letter=letter)


def _message(mail: OutgoingMail, letter: Letter) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),
        body=text_of(letter),
        to=[mail.recipient],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={
            "Message-ID": message_id(mail.pk),
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    message.attach_alternative(html_of(letter, mail.language), "text/html")
    for attachment in letter.attachments:
        message.attach(attachment.name, attachment.content, attachment.kind)
    return message


def _for_good(refusal: Exception) -> bool:
    """A code of the 500s is a no for good (RFC 5321 section 4.2.1); 400s ask to come again."""
    if isinstance(refusal, SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _text in refusal.recipients.values())
    return isinstance(refusal, SMTPResponseException) and 500 <= refusal.smtp_code < 600


def _note(mail: OutgoingMail, state: str, now: datetime, *, letter: Letter | None = None, error: str = "") -> str:
    mail.state, mail.last_error = state, error
    if letter is not None:
        mail.subject, mail.text, mail.sent_at = letter.subject[:200], text_of(letter), now
    if mail.kind in FORGOTTEN_WHEN_SENT and state in {OutgoingMail.State.SENT, OutgoingMail.State.FAILED}:
        mail.recipient = mail.subject = mail.text = ""
    mail.save(update_fields=["state", "last_error", "recipient", "subject", "text", "sent_at"])
    return state
