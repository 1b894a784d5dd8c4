"""What people write to us: a case, a mail that says so, and later the answer by mail."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from conbillet.catalogue.models import Event
from conbillet.core.actor import Actor
from conbillet.core.rate_limits import spend
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.support.actions.answer_case import answer_case
from conbillet.support.actions.open_case import open_case
from conbillet.support.models import Case, CaseNote

MOST_RECEIPTS = 10  # an hour, to one address


@transaction.atomic
def receive_case(
    *,
    kind: str,
    name: str,
    email: str,
    text: str,
    event: Event | None,
    language: str,
    actor: Actor,
    now: datetime,
    subject: str = "",
    channel: str = Case.Channel.FORM,
    received_at: datetime | None = None,
) -> Case:
    """Open a case, tell the sender that we have it, and the desk (and the association it is about) that it is there.

    None of these mails holds the text: an address that somebody else typed must not get a stranger's words from us, and
    what people write to us is not the association's.
    """
    case = open_case(
        kind=kind,
        name=name,
        email=email,
        subject=subject,
        text=text,
        event=event,
        language=language,
        actor=actor,
        now=now,
        channel=channel,
        received_at=received_at,
    )
    # Forged senders and machines that answer machines: after a few, we still open the case, and say no more.
    if email and spend("case receipts", email, amount=MOST_RECEIPTS, seconds=3600, now=now):
        _queue("case_received", case, recipient=email, language=language, now=now)
    _queue("case_alert", case, recipient=settings.CONBILLET_OPERATOR["email"], language="da", now=now)
    if event is not None:
        _queue("case_alert_association", case, recipient=event.organization.email, language="da", now=now)
    return case


@transaction.atomic
def answer_by_mail(*, case: Case, text: str, actor: Actor, now: datetime) -> CaseNote:
    """Write the answer down and send it. Raises CaseClosed."""
    note = answer_case(case=case, text=text, kind=CaseNote.Kind.ANSWER, actor=actor, now=now)
    queue_mail(
        kind="case_answer",
        key=f"case_answer/{note.pk}",
        recipient=case.email,
        language=case.language,
        about=str(note.pk),
        organization_id=None,
        person_id=None,
        now=now,
    )
    return note


def _queue(kind: str, case: Case, *, recipient: str, language: str, now: datetime) -> None:
    """Of the platform, also where it concerns an association: its office must not see who wrote."""
    queue_mail(
        kind=kind,
        key=f"{kind}/{case.reference}",
        recipient=recipient,
        language=language,
        about=case.reference,
        organization_id=None,
        person_id=None,
        now=now,
    )
