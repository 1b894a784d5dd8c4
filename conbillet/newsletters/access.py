"""The only way by which a page obtains an issue: from who asks."""

from django.db.models import QuerySet

from conbillet.organizations.access import NotFound, Standing

from .models import Issue


def issues_for(standing: Standing | None) -> QuerySet[Issue]:
    """An association's issues, newest first; ConBillet's own without one, for the desk."""
    if standing is None:
        return Issue.objects.filter(organization__isnull=True).order_by("-pk")
    return Issue.objects.filter(organization=standing.organization).order_by("-pk")


def get_issue_for(*, standing: Standing | None, reference: str) -> Issue:
    """Raises NotFound, also for what is another sender's."""
    found = issues_for(standing).select_related("event").filter(reference=reference[:12]).first()
    if found is None:
        raise NotFound
    if standing is not None:
        found.organization = standing.organization
    return found
