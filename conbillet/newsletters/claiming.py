"""Who gets the next mail: one statement, which asks again whether they may be written to.

It notes what became of the mail before, and takes the next receiver only while the issue is being sent. A withdrawal, a
bounce or a pause that was committed before it runs is seen by it: whoever unsubscribes gets none of the mails that are
claimed after that, in the middle of an issue too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from conbillet.core.prepared import fetch_one, run

# A mail server that said "later" for somebody is asked again after this time, as it means it (greylisting).
AGAIN_AFTER = timedelta(minutes=10)
# The newest word of the address to this sender is a yes, and no bounce or complaint is younger than that yes.
_MAY = """
    (SELECT m.event = 'given' AND NOT EXISTS (
         SELECT FROM newsletters_failingaddress f WHERE f.email = r.email AND f.blocked_at >= m.at)
       FROM consents_marketingconsent m
      WHERE m.email = r.email AND m.organization_id IS NOT DISTINCT FROM r.organization_id
        AND m.purpose = 'newsletter' AND m.event <> 'asked'
      ORDER BY m.id DESC LIMIT 1)
"""

_CLAIM = f"""
WITH noted AS (
    UPDATE newsletters_recipient SET state = %s, reason_code = %s, sent_at = %s
     WHERE id = %s AND state = 'handing'
), next AS (
    SELECT r.id FROM newsletters_recipient r JOIN newsletters_issue i ON i.id = r.issue_id AND i.state = 'sending'
     WHERE r.issue_id = %s AND r.state = 'waiting' AND r.id > %s AND (r.attempts = 0 OR r.claimed_at < %s) ORDER BY r.id LIMIT 1 FOR UPDATE OF r SKIP LOCKED
)
UPDATE newsletters_recipient r
   SET state = CASE WHEN {_MAY} AND NOT r.email = ANY (%s::text[]) AND COALESCE(r.person_id <> ALL (%s::uuid[]), true)
                    THEN 'handing' ELSE 'left_out' END,
       attempts = r.attempts + 1, claimed_at = %s
  FROM next, consents_marketingconsent c
 WHERE r.id = next.id AND c.id = r.consent_id
RETURNING r.id, r.state = 'handing', r.email, r.language, r.attempts, c.reference, c.email
"""  # noqa: S608  our own words


@dataclass(frozen=True, slots=True)
class Claimed:
    """The next receiver. `may` is false for somebody who is left out, and has been noted so."""

    number: int
    may: bool
    email: str
    language: str
    attempts: int
    consent_reference: str
    consent_email: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a mail that was claimed. `state` is one of `Recipient.State`."""

    number: int = 0
    state: str = "sent"
    code: str = ""


@dataclass(frozen=True)
class Closed:
    """Addresses and persons whose data may not be used for news: limits of the law, known to a room above this one."""

    emails: Sequence[str] = ()
    persons: Sequence[str] = ()


def claim(*, issue: int, after: int, noted: Noted, closed: Closed, now: datetime) -> Claimed | None:
    """Note the mail before, and take the next receiver behind row `after`; None when there is none, or not now.

    Committed by itself when called outside a transaction, as it must be: a claim that could be rolled back is none.
    """
    sent_at = now if noted.state == "sent" else None
    row = fetch_one(
        _CLAIM,
        [
            noted.state, noted.code, sent_at, noted.number, issue, after, now - AGAIN_AFTER, list(closed.emails),
            list(closed.persons), now,
        ],
    )  # fmt: skip
    return Claimed(*row) if row else None


def note(noted: Noted, *, now: datetime) -> None:
    """Note what became of the last mail of a portion."""
    if noted.number:
        run(
            "UPDATE newsletters_recipient SET state = %s, reason_code = %s, sent_at = %s WHERE id = %s AND state = 'handing'",
            [noted.state, noted.code, now if noted.state == "sent" else None, noted.number],
        )
