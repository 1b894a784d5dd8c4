"""Switch an association's public page of statistics on or off."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..models import PublicPage


@transaction.atomic
def show_to_everybody(*, organization: Organization, on: bool, actor: Actor, now: datetime) -> bool:
    """Returns whether anything changed. What was public may have been copied: switching off takes back the page only."""
    page = PublicPage.objects.select_for_update().filter(organization=organization).first()
    if (page is not None and page.is_on) == on:
        return False
    PublicPage.objects.update_or_create(organization=organization, defaults={"is_on": on, "changed_at": now})
    audit.record(
        action="statistics_shown" if on else "statistics_hidden", actor=actor, now=now, organization_id=organization.pk,
        object_kind="organization", object_reference=organization.slug,
    )  # fmt: skip
    return True
