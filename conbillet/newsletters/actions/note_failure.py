"""Mails that come back and complaints: stop writing to that address."""

from datetime import datetime, timedelta

from django.db import transaction

from conbillet.consents.actions.withdraw_consent import withdraw_consent
from conbillet.consents.models import MarketingConsent
from conbillet.mail.reports import HARD, kind_of_status

from ..models import FailingAddress, Issue, Recipient

Reason = FailingAddress.Reason
# So many issues in a row that a mailbox did not take, and it gets none any more.
SOFT_LIMIT = 3
# What came back longer ago than this does not count any more.
FORGIVEN_AFTER = timedelta(days=180)


@transaction.atomic
def note_failure(*, recipient: Recipient, reason: str, now: datetime) -> None:
    """A report about a mail of ours came in. Harmless when repeated.

    A complaint is a no to that sender, and is written into the ledger of consents as one; like a mailbox that is not
    there it also closes the address to everybody's news, until its owner says yes again.
    """
    row = Recipient.objects.select_for_update().filter(pk=recipient.pk).first()
    if row is None:
        return
    if row.state not in {Recipient.State.BOUNCED, Recipient.State.COMPLAINED} or reason == Reason.COMPLAINT:
        row.state = Recipient.State.COMPLAINED if reason == Reason.COMPLAINT else Recipient.State.BOUNCED
        row.save(update_fields=["state"])
    _count(row.email, row.issue_id, reason, now)
    if reason == Reason.COMPLAINT:
        withdraw_consent(
            email=row.email, organization_id=row.organization_id, purpose=MarketingConsent.Purpose.NEWSLETTER,
            method=MarketingConsent.Method.COMPLAINT, person_id=row.person_id, language=row.language, now=now,
        )  # fmt: skip


@transaction.atomic
def note_refusal(*, email: str, issue: Issue, code: str, text: str, now: datetime) -> None:
    """The mail server refused an address while it was handed over: the same as a mail that comes back."""
    status = next((word for word in text.split() if word[:2] in {"5.", "4."}), "")
    kind = kind_of_status(status) if status else (HARD if code in {"550", "551", "553"} else "soft")
    _count(email, issue.pk, Reason.HARD if kind == HARD else Reason.SOFT, now)


def _count(email: str, issue: int, reason: str, now: datetime) -> None:
    row, _new = FailingAddress.objects.select_for_update().get_or_create(
        email=email, defaults={"reason_code": reason, "last_at": now}
    )
    if reason == Reason.SOFT:
        if row.blocked_at is not None or (row.last_issue_id == issue and row.soft_count):
            return  # several reports about one issue count once
        fresh = row.last_at > now - FORGIVEN_AFTER
        row.soft_count = row.soft_count + 1 if fresh else 1
        row.reason_code = Reason.SOFT
        if row.soft_count >= SOFT_LIMIT:
            row.blocked_at = now
    else:
        row.reason_code, row.blocked_at = reason, now
    row.last_issue_id, row.last_at = issue, now
    row.save()
