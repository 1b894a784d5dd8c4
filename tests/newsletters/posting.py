"""Issues, subscribers and the worker, for tests of newsletters."""

import smtplib
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.core import mail
from django.db import connection

from conbillet.consents.models import MarketingConsent
from conbillet.core import clock
from conbillet.core.actor import SYSTEM
from conbillet.core.references import new_reference
from conbillet.newsletters.actions.start_issue import start_issue
from conbillet.newsletters.actions.write_issue import Words, write_issue
from conbillet.newsletters.audience import count_audience
from conbillet.newsletters.models import Issue
from conbillet.workflows.newsletters import newsletter_due


def say(email: str, organization: Any, *, event: str = "given", at: datetime | None = None, person: Any = None, language: str = "da") -> MarketingConsent:
    """One word of an address to a sender, as it stands in the ledger."""
    return MarketingConsent.objects.create(
        reference=new_reference(), email=email, organization=organization, purpose="newsletter", event=event,
        method="double_opt_in", text_version="2026-11-23", text_hash="0" * 64, at=at or clock.now() - timedelta(days=1),
        person=person, language=language,
    )  # fmt: skip


def an_issue(organization: Any, **words: Any) -> Issue:
    said = {"subject_da": "Nyt fra os", "text_da": "Hej alle.\n\nSe [vores side](https://example.org/nyt?a=1&b=2).", **words}
    return write_issue(
        issue=None, words=Words(**said), organization_id=organization.pk if organization else None, actor=SYSTEM,
        now=clock.now(),
    )  # fmt: skip


def start(issue: Issue, at: datetime | None = None) -> Issue:
    return start_issue(issue=issue, at=at, audience=max(1, count_audience(issue)), actor=SYSTEM, now=clock.now())


def turn(issue: Issue) -> None:
    """The worker does the portion that is next."""
    issue.refresh_from_db()
    newsletter_due(issue=issue.pk, turn=issue.turn)
    issue.refresh_from_db()


def send_all(issue: Issue, *, most: int = 50) -> None:
    for _number in range(most):
        turn(issue)
        if issue.state != Issue.State.SENDING:
            return
    raise AssertionError("it was not finished")


def received() -> list[EmailMessage]:
    """What was handed over in this process, read as a mail program reads it."""
    return [message_from_bytes(one.message().as_bytes(), policy=policy.default) for one in mail.outbox]


def receivers() -> list[str]:
    return [str(one["To"]) for one in received()]


def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def smtp_to(settings: Any, catcher: Any) -> None:
    """Mails go over SMTP to the catcher, as they do in a running house."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", catcher.smtp_port
    assert smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=5).quit()[0] == 221
