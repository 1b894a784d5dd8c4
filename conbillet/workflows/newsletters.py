"""Newsletters on their way: the receivers are written down once, then sent in portions, each a job.

A job carries the issue and the number of its portion. It sends for a few seconds and announces the next one; of two jobs
for the same portion the second to end announces nothing. A job that is lost with its worker is done again by the queue,
and `wake` looks every minute for issues that stand still.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from conbillet.accounts.models import Account
from conbillet.core import clock
from conbillet.core.data_map import SERVICES
from conbillet.core.facts import announce
from conbillet.mail.actions.send_mail import MailServerDown
from conbillet.mail.handing import TAKEN, NoWay, open_post
from conbillet.mail.reports import Report
from conbillet.newsletters.actions.keep_pace import keep_pace
from conbillet.newsletters.actions.note_failure import note_failure
from conbillet.newsletters.actions.send_portion import Portion, finish, send_portion
from conbillet.newsletters.audience import gather
from conbillet.newsletters.claiming import Closed
from conbillet.newsletters.letter import bounce_address, recipient_of, recipient_of_bounce, render
from conbillet.newsletters.models import Issue, Recipient
from conbillet.privacy.limits import closed_for

SECONDS = 5  # a portion's length
WITHOUT_LIMIT = 500  # mails a portion where no pace is set
STILL = timedelta(minutes=3)
DOWN = timedelta(minutes=1)


def newsletter_due(*, issue: int, turn: int) -> None:
    """Job: send the next portion of an issue whose time has come, and announce the one after it."""
    row = _begun(issue, turn, clock.now())
    if row is None:
        return
    rate = settings.CONBILLET_NEWS_RATE
    if rate:
        free_at = keep_pace(seconds=SECONDS, now=clock.now())
        if free_at is not None:
            announce("newsletter_due", at=free_at, issue=issue, turn=turn)
            return
    persons, emails = closed_for(SERVICES, now=clock.now())
    portion = send_portion(
        issue=row,
        most=int(rate * SECONDS) or 1 if rate else WITHOUT_LIMIT,
        closed=Closed(emails, persons),
        tick=clock.now,
        pause=_metronome(rate),
    )
    _go_on(row, portion, clock.now())


def _begun(issue: int, turn: int, now: datetime) -> Issue | None:
    """The issue, if this portion of it is to be sent now. With the first portion its receivers are written down."""
    with transaction.atomic():
        row = Issue.objects.select_for_update(of=("self",)).select_related("organization").filter(pk=issue).first()
        if row is None or row.turn != turn:
            return None
        if row.state == Issue.State.SCHEDULED and row.scheduled_for is not None and row.scheduled_for <= now:
            row.recipients = gather(row, now=now)
            row.state, row.started_at = Issue.State.SENDING, now
        row.touched_at = now
        row.save(update_fields=["recipients", "state", "started_at", "touched_at"])
    return row if row.state == Issue.State.SENDING else None


def _go_on(row: Issue, portion: Portion, now: datetime) -> None:
    with transaction.atomic():
        if portion.ended and finish(issue=row, now=now):
            return
        mine = Issue.objects.filter(pk=row.pk, turn=row.turn, state=Issue.State.SENDING)
        if not mine.update(turn=F("turn") + 1, touched_at=now):
            return  # another job has done this portion, or it was paused meanwhile
        # Nobody to take, yet not finished: some are to be asked again later, or a dead worker's claim is not old enough.
        later = now + DOWN if portion.down or portion.ended else None
        announce("newsletter_due", at=later, issue=row.pk, turn=row.turn + 1)


def _metronome(rate: int) -> Callable[[], None]:
    """Waits until the next mail may leave, so that in no second there are more than `rate`."""
    began, count = time.monotonic(), 0

    def wait() -> None:
        nonlocal count
        count += 1
        if rate:
            time.sleep(max(0.0, began + count / rate - time.monotonic()))

    return wait


def wake(*, now: datetime) -> int:
    """By the clock: issues whose time has come, or that stand still, get a job again; how many."""
    due = Q(state=Issue.State.SCHEDULED, scheduled_for__lte=now - STILL)
    still = Q(state=Issue.State.SENDING) & (Q(touched_at=None) | Q(touched_at__lt=now - STILL))
    found = list(Issue.objects.filter(due | still).values_list("pk", "turn"))
    for pk, turn in found:
        announce("newsletter_due", issue=pk, turn=turn)
    return len(found)


def ask_for_trial(*, issue: Issue, language: str, account: int) -> None:
    """Send somebody of the office their own issue, as its receivers will get it, to the address of their account."""
    announce("newsletter_trial", issue=issue.pk, language=language, account=account)


def newsletter_trial(*, issue: int, language: str, account: int) -> None:
    """Job: one mail to whoever asked for it. Raises MailServerDown, upon which the job is tried again."""
    row = Issue.objects.select_related("organization").filter(pk=issue).first()
    reader = Account.objects.filter(pk=account).first()
    if row is None or reader is None or language not in row.languages:
        return
    mail = render(row, language, test=True).to(number=0, email=reader.email, path="/my/consents/", now=clock.now())
    try:
        with open_post() as post:
            outcome = post.hand(mail, sender=bounce_address(0))
    except NoWay as reason:
        raise MailServerDown(str(reason)) from None
    if outcome.what != TAKEN and outcome.down:
        raise MailServerDown(outcome.text)


def note_report(*, report: Report, now: datetime) -> bool:
    """A mail server reports about a mail of ours; False when it is about none. Only who has the mail can name it."""
    numbers = [recipient_of(one) for one in report.about] + [recipient_of_bounce(one) for one in report.sent_to]
    for number in numbers:
        row = Recipient.objects.filter(pk=number).first() if number else None
        if row is not None:
            note_failure(recipient=row, reason=report.kind, now=now)
            return True
    return False
