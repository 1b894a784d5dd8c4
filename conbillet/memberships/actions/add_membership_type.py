"""Offer a kind of membership."""

from datetime import date, datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization

from ..models import MembershipType, PeriodKind
from ..type_values import checked


@transaction.atomic
def add_membership_type(
    *,
    organization: Organization,
    name_da: str,
    name_en: str = "",
    period_kind: str = PeriodKind.CALENDAR_YEAR,
    grace_days: int = 0,
    fixed_from: date | None = None,
    fixed_to: date | None = None,
    remind_days: int = 0,
    actor: Actor,
    now: datetime,
) -> MembershipType:
    """A new type of membership, for the calendar year unless said otherwise: only such periods are safe at DUF.

    Raises BadMembershipType.
    """
    values = checked(
        name_da=name_da,
        name_en=name_en,
        period_kind=period_kind,
        grace_days=grace_days,
        fixed_from=fixed_from,
        fixed_to=fixed_to,
        remind_days=remind_days,
    )
    made = MembershipType.objects.create(organization=organization, **values)
    audit.record(
        action="membership_type_added",
        actor=actor,
        now=now,
        organization_id=organization.pk,
        object_kind="membership_type",
        object_reference=str(made.pk),
        period=period_kind,
    )
    return made
