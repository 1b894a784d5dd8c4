"""Offer a kind of membership."""

from datetime import datetime

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..models import MembershipType, PeriodKind


def add_membership_type(
    *, organization: Organization, name_da: str, name_en: str = "", period_kind: str = PeriodKind.CALENDAR_YEAR, actor: Actor, now: datetime
) -> MembershipType:
    """A new type of membership, for the calendar year unless said otherwise: only such periods are safe at DUF."""
    made = MembershipType.objects.create(organization=organization, name_da=name_da, name_en=name_en, period_kind=period_kind)
    audit.record(
        action="membership_type_added", actor=actor, now=now, organization_id=organization.pk, object_kind="membership_type",
        object_reference=str(made.pk), period=period_kind,
    )
    return made
