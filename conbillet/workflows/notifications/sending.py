"""The job that hands queued mail to the mail server."""

from conbillet.core import clock
from conbillet.mail.actions.send_mail import send_mail

from . import (  # noqa: F401 - register their letters
    account_letters,
    authority_letters,
    backup_letters,
    breach_letters,
    cancellation_letters,
    case_letters,
    certificate_letters,
    chat_letters,
    consent_letters,
    departure_letters,
    erasure_letters,
    insight_letters,
    membership_letters,
    processor_letters,
)
from .letters import write


def send(*, mail: int) -> None:
    """Hand one queued mail over. Raises MailServerDown, upon which the job is tried again."""
    send_mail(mail_id=mail, write=write, now=clock.now())
