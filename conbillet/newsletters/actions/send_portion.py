"""Send the next portion of an issue: one claim, one mail, one note, and again.

The order is what keeps anybody from getting two. A receiver is claimed and that is committed; then their mail is handed
over; what became of it is noted with the next claim. A process that is killed in between leaves one receiver claimed:
nobody can know whether the mail server took the mail, so it is counted as *perhaps sent* and never sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from conbillet.consents.consent_links import consent_path
from conbillet.consents.models import MarketingConsent
from conbillet.mail.handing import LATER, REFUSED, TAKEN, NoWay, Outcome, Post, open_post

from ..claiming import Claimed, Closed, Noted, claim, note
from ..letter import BadAddress, Rendered, bounce_address, render
from ..models import Issue, Recipient
from .note_failure import note_refusal

State = Recipient.State
# A claim that is older was left by a worker that died: handing over takes a minute at the very most.
DOUBT_AFTER = timedelta(minutes=10)
MOST_ATTEMPTS = 6
# A portion ends after this time, however slow the mail server is: other jobs want their turn.
LONGEST = timedelta(seconds=30)


@dataclass(frozen=True)
class Portion:
    """How many receivers were looked at, whether the mail server takes mails, and whether nobody is left for now."""

    taken: int
    down: bool = False
    ended: bool = False


def send_portion(
    *, issue: Issue, most: int, closed: Closed, tick: Callable[[], datetime], pause: Callable[[], None]
) -> Portion:
    """Hand over at most `most` mails; `pause` is called before each but the first. Runs outside any transaction."""
    began = tick()
    settle_doubts(issue=issue, now=began)
    letters = {language: render(issue, language) for language in issue.languages}
    after, count, noted, down, ended = 0, 0, Noted(), False, False
    try:
        with open_post() as post:
            while count < most and not down and tick() - began < LONGEST:
                if count:
                    pause()
                taken = claim(issue=issue.pk, after=after, noted=noted, closed=closed, now=tick())
                noted = Noted()
                if taken is None:
                    ended = True
                    break
                after, count = taken.number, count + 1
                if not taken.may:
                    continue
                outcome = _hand(issue, taken, letters, post, tick())
                noted, down = _noted(taken, outcome, issue, tick()), outcome.down
    except NoWay:
        down = True
    note(noted, now=tick())
    return Portion(count, down, ended)


def settle_doubts(*, issue: Issue, now: datetime) -> int:
    """What a dead worker left claimed is *perhaps sent*."""
    left = Recipient.objects.filter(issue=issue, state=State.HANDING, claimed_at__lt=now - DOUBT_AFTER)
    return left.update(state=State.UNKNOWN)


def finish(*, issue: Issue, now: datetime) -> bool:
    """Close an issue of which nobody is left; False while somebody is."""
    if Recipient.objects.filter(issue=issue, state__in=[State.WAITING, State.HANDING]).exists():
        return False
    done = Issue.objects.filter(pk=issue.pk, state=Issue.State.SENDING)
    done.update(state=Issue.State.SENT, finished_at=now, turn=F("turn") + 1)
    return True


def _hand(issue: Issue, taken: Claimed, letters: dict[str, Rendered], post: Post, now: datetime) -> Outcome:
    letter = letters[issue.language_for(taken.language)]
    link = MarketingConsent(reference=taken.consent_reference, email=taken.consent_email)
    try:
        mail = letter.to(number=taken.number, email=taken.email, path=consent_path(link), now=now)
    except BadAddress:
        return Outcome(REFUSED, "553", "5.1.3")
    return post.hand(mail, sender=bounce_address(taken.number))


def _noted(taken: Claimed, outcome: Outcome, issue: Issue, now: datetime) -> Noted:
    if outcome.what == TAKEN:
        return Noted(taken.number, State.SENT)
    if outcome.what == LATER:
        # Not taken for certain, so it may be tried again.
        tired = taken.attempts >= MOST_ATTEMPTS and not outcome.down
        return Noted(taken.number, State.REFUSED if tired else State.WAITING, outcome.code)
    if outcome.what == REFUSED:
        note_refusal(email=taken.email, issue=issue, code=outcome.code, text=outcome.text, now=now)
        return Noted(taken.number, State.REFUSED, outcome.code)
    return Noted(taken.number, State.UNKNOWN, outcome.code)
