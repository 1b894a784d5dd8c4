"""The membership that an event's dues are for."""

from datetime import datetime

from conbillet.core.actor import Actor
from conbillet.memberships.actions.add_membership_type import add_membership_type
from conbillet.memberships.models import MembershipType, PeriodKind
from conbillet.organizations.models import Organization


def calendar_year_type(*, organization: Organization, actor: Actor, now: datetime) -> MembershipType:
    """The association's membership for the calendar year; made when it has none yet."""
    offered = MembershipType.objects.filter(organization=organization, is_offered=True)
    found = offered.filter(period_kind=PeriodKind.CALENDAR_YEAR).order_by("id").first()
    if found is not None:
        return found
    return add_membership_type(
        organization=organization,
        name_da=f"Medlem af {organization.name}"[:80],
        name_en=f"Member of {organization.name}"[:80],
        actor=actor,
        now=now,
    )
