"""The canary and newsletters."""

from typing import Any

from conbillet.consents.models import MarketingConsent
from conbillet.core.actor import SYSTEM
from conbillet.core.references import new_reference
from conbillet.newsletters.actions.note_failure import note_failure
from conbillet.newsletters.actions.start_issue import start_issue
from conbillet.newsletters.actions.write_issue import Words, write_issue
from conbillet.newsletters.models import Recipient
from tests.jobs import run_jobs


def get_news(canary: Any) -> None:
    """Signs up by mail and gets an issue, which comes back."""
    organization, now = canary.world.organization, canary.now
    MarketingConsent.objects.create(
        reference=new_reference(), organization=organization, email=canary.email, purpose="newsletter", event="given",
        method="double_opt_in", text_version="canary", text_hash="x", at=now,
    )  # fmt: skip
    issue = write_issue(issue=None, words=Words("Nyt", "Hej"), organization_id=organization.pk, actor=SYSTEM, now=now)
    start_issue(issue=issue, at=None, audience=1, actor=SYSTEM, now=now)
    run_jobs()
    row = Recipient.objects.get(email=canary.email, state="sent")
    note_failure(recipient=row, reason="hard", now=now)
