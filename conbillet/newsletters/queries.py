"""Reads that pages need: how far an issue is, and what was sent."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from .models import Issue, Recipient

State = Recipient.State


@dataclass(frozen=True)
class Progress:
    """How many receivers are in which state. No addresses: those are nobody's business."""

    waiting: int = 0
    handing: int = 0
    sent: int = 0
    unknown: int = 0
    refused: int = 0
    left_out: int = 0
    bounced: int = 0
    complained: int = 0

    @property
    def total(self) -> int:
        return sum(vars(self).values())

    @property
    def left(self) -> int:
        return self.waiting + self.handing

    @property
    def done(self) -> int:
        return self.total - self.left

    @property
    def delivered(self) -> int:
        """Taken by the mail server, and not sent back since."""
        return self.sent + self.complained


def progress_of(issue: Issue) -> Progress:
    """From the list of receivers, or from the numbers that were kept of it."""
    if issue.outcome:
        return Progress(**{str(state): int(count) for state, count in issue.outcome.items()})
    rows = Recipient.objects.filter(issue=issue).values_list("state").annotate(count=Count("pk")).order_by()
    return Progress(**dict(rows))


def published(organization_id: int | None) -> QuerySet[Issue]:
    """What was sent and may be read by everybody, newest first."""
    mine = Issue.objects.filter(organization_id=organization_id) if organization_id else Issue.objects.filter(
        organization__isnull=True
    )  # fmt: skip
    return mine.filter(state__in=[Issue.State.SENT, Issue.State.SENDING, Issue.State.PAUSED], on_web=True).order_by(
        "-started_at", "-pk"
    )
