"""What people write to us: a case, a mail that says so, and later the answer by mail."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from conbillet.catalogue.models import Event
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day
from conbillet.core.rate_limits import spend
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.support.actions.answer_case import answer_case
from conbillet.support.actions.extend_case import extend_case
from conbillet.support.actions.open_case import open_case
from conbillet.support.models import Case, CaseNote
from conbillet.support.queries import pressing_cases

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
def answer_by_mail(*, case: Case, text: str, actor: Actor, now: datetime, refuses: bool = False) -> CaseNote:
    """Write the answer down and send it; a refusal goes out with where to complain. Raises CaseClosed."""
    kind = CaseNote.Kind.REFUSAL if refuses else CaseNote.Kind.ANSWER
    note = answer_case(case=case, text=text, kind=kind, actor=actor, now=now)
    _send(note, case, now)
    return note


@transaction.atomic
def extend_by_mail(*, case: Case, reason: str, actor: Actor, now: datetime) -> CaseNote:
    """Take two months more, and tell the person why and until when. Raises a CannotExtend."""
    note = extend_case(case=case, reason=reason, actor=actor, now=now)
    _send(note, case, now)
    return note


def remind_of_cases(*, now: datetime) -> bool:
    """One mail a day to the desk while cases are near their day or past it; whether there are any. Names nobody."""
    today = copenhagen_day(now)
    if not pressing_cases(today=today).exists():
        return False
    queue_mail(
        kind="cases_pressing",
        key=f"cases_pressing/{today}",
        recipient=settings.CONBILLET_OPERATOR["email"],
        language="da",
        about=today.isoformat(),
        organization_id=None,
        person_id=None,
        now=now,
    )
    return True


def _send(note: CaseNote, case: Case, now: datetime) -> None:
    if not case.answer_to:
        return
    queue_mail(
        kind=f"case_{note.kind}",
        key=f"case_answer/{note.pk}",
        recipient=case.answer_to,
        language=case.language,
        about=str(note.pk),
        organization_id=None,
        person_id=None,
        now=now,
    )


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
