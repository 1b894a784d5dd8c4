"""Mail that people write to us: fetched from a mailbox every minute, or piped in by a mail server, and made a case.

The order is what keeps every mail: the case is committed first, and only then is the mail taken out of the mailbox (or
the pipe told that we have it). A crash in between brings the same mail again, and its hash is known by then.
"""

import logging
import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.core.clock import copenhagen_day
from conbillet.core.references import BadReference, normalise
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.mail.addresses import our_addresses, own_message
from conbillet.mail.incoming import Incoming, read
from conbillet.mail.mailbox import Mailbox, MailboxDown
from conbillet.mail.models import OutgoingMail
from conbillet.mail.reports import read_report
from conbillet.support.actions.add_message import add_message
from conbillet.support.actions.keep_attachments import keep_attachments
from conbillet.support.guess import kind_of, language_of
from conbillet.support.models import Case, CaseNote, Inbox, ReceivedMail

from .cases import receive_case
from .newsletters import note_report

log = logging.getLogger("conbillet.inbox")

ABOUT_NOTES = {"case_answer", "case_refusal", "case_extension"}
KEEP_IGNORED = timedelta(days=30)
_REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", re.IGNORECASE)


@transaction.atomic
def receive_mail(*, raw: bytes, now: datetime, arrived_at: datetime | None = None) -> str:
    """Make a case of a mail, or add it to the case it answers; what became of it (`ReceivedMail.Outcome`).

    Harmless when repeated. Raises only what the database raises: then nothing was stored, and the mail must come again.
    """
    mail = read(raw)
    written_at = min(arrived_at or now, now)
    known = ReceivedMail.objects.filter(key=mail.key).first() or _new(mail, now)
    if known is not None:
        return known.outcome
    received = ReceivedMail.objects.get(key=mail.key)
    about_us = read_report(raw) if mail.automatic else None
    why = "about our news" if about_us and note_report(report=about_us, now=now) else _not_a_person(mail)
    case = None if why else _answered_case(mail)
    if why:
        outcome = ReceivedMail.Outcome.IGNORED
    elif case is not None:
        outcome = ReceivedMail.Outcome.ADDED
        note = add_message(case=case, text=mail.text, written_at=written_at, actor=ANONYMOUS, now=now)
        _keep_files(case, note, mail, now)
    else:
        outcome = ReceivedMail.Outcome.CASE
        case = receive_case(
            kind=kind_of(mail.subject, mail.text),
            name=mail.sender_name,
            email=mail.sender,
            subject=mail.subject,
            text=mail.text,
            event=None,
            language=language_of(mail.language, f"{mail.subject} {mail.text}"),
            actor=ANONYMOUS,
            channel=Case.Channel.MAIL,
            received_at=written_at,
            now=now,
        )
        _keep_files(case, None, mail, now)
    received.outcome, received.why = outcome, why
    received.save(update_fields=["outcome", "why"])
    return outcome


def fetch_mail(*, now: datetime) -> int:
    """Fetch what waits in the mailbox; how many mails. Runs every minute, and does nothing where no mailbox is set."""
    if not settings.CONBILLET_IMAP["host"]:
        return 0
    try:
        count = _fetch(now)
    except MailboxDown as reason:
        log.warning("%s", reason)
        Inbox.objects.get_or_create(pk=1)
        Inbox.objects.filter(pk=1, failing_since__isnull=True).update(failing_since=now)
        Inbox.objects.filter(pk=1).update(error=str(reason)[:120])
        return 0
    Inbox.objects.update_or_create(pk=1, defaults={"fetched_at": now, "failing_since": None, "error": ""})
    return count


def _fetch(now: datetime) -> int:
    chosen: dict[str, Any] = dict(settings.CONBILLET_IMAP)
    keep, count = bool(chosen.pop("keep")), 0
    with Mailbox(**chosen) as box:
        for mail in box.waiting():
            raw = box.raw(mail)  # outside any transaction: the network may take its time
            if not raw:
                continue
            outcome = receive_mail(raw=raw, now=clock.now(), arrived_at=mail.arrived_at)
            box.done(mail, is_case=outcome != ReceivedMail.Outcome.IGNORED, keep=keep)
            count += 1
        box.forget_ignored(before=copenhagen_day(now - KEEP_IGNORED))
    return count


def _new(mail: Incoming, now: datetime) -> ReceivedMail | None:
    """Claim the mail, so that nobody else takes it at the same time; the other's row when somebody did."""
    try:
        with transaction.atomic():
            ReceivedMail.objects.create(key=mail.key, outcome=ReceivedMail.Outcome.IGNORED, at=now)
    except IntegrityError:
        return ReceivedMail.objects.get(key=mail.key)
    return None


def _not_a_person(mail: Incoming) -> str:
    if mail.automatic:
        return mail.automatic[:20]
    if own_message(mail.message_id) is not None or mail.sender in our_addresses():
        return "our own"
    return ""


def _answered_case(mail: Incoming) -> Case | None:
    """The case that a mail belongs to: named by the address it went to, by the mail it answers, or in its subject.

    Only for whoever the case is with: from any other address it becomes a case of its own, or a stranger who has seen a
    number could put words into somebody's mouth.
    """
    references = [*_from_recipients(mail), *_from_answers(mail), *_REFERENCE.findall(mail.subject)]
    for reference in references[:20]:
        try:
            case = Case.objects.filter(reference=normalise(reference)).first()
        except BadReference:
            continue
        if case is not None and case.answer_to and case.answer_to.lower() == mail.sender:
            return case
    return None


def _from_recipients(mail: Incoming) -> list[str]:
    return [local.partition("+")[2] for one in mail.recipients if "+" in (local := one.rpartition("@")[0])]


def _from_answers(mail: Incoming) -> list[str]:
    numbers = [number for one in mail.answers if (number := own_message(one)) is not None]
    about = dict(
        OutgoingMail.objects.filter(pk__in=numbers, kind__startswith="case_").values_list("about", "kind").distinct()
    )
    notes = [int(one) for one, kind in about.items() if kind in ABOUT_NOTES and one.isdigit()]
    named = [one for one, kind in about.items() if kind not in ABOUT_NOTES]
    return named + list(CaseNote.objects.filter(pk__in=notes).values_list("case__reference", flat=True))


def _keep_files(case: Case, note: CaseNote | None, mail: Incoming, now: datetime) -> None:
    kept = keep_attachments(case=case, note=note, parts=mail.parts, now=now)
    if note is not None and any(one.refused for one in kept):
        queue_mail(
            kind="case_files_refused",
            key=f"case_files_refused/{note.pk}",
            recipient=case.answer_to,
            language=case.language,
            about=case.reference,
            organization_id=None,
            person_id=None,
            now=now,
        )
