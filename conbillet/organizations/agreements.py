"""Which data-processing agreement holds with an association (GDPR art. 28)."""

from datetime import UTC, datetime

from .models import Agreement, Organization

# Since then the agreement is accepted here. Associations from before have theirs on paper; they are asked, not stopped.
ACCEPTED_HERE_SINCE = datetime(2026, 11, 23, tzinfo=UTC)


def agreement_of(organization: Organization) -> Agreement | None:
    """The newest version that the association has accepted."""
    return Agreement.objects.filter(organization=organization).order_by("-version").first()


def may_sell(organization: Organization) -> bool:
    """Whether an agreement holds, so that the association may ask people for their data."""
    if organization.created_at < ACCEPTED_HERE_SINCE:
        return True
    return Agreement.objects.filter(organization=organization).exists()
