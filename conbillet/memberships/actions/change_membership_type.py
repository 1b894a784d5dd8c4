"""Change a kind of membership, for those who buy it from now on."""

from datetime import date, datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import MembershipType
from ..type_values import checked


@transaction.atomic
def change_membership_type(
    *,
    membership_type: MembershipType,
    name_da: str,
    name_en: str,
    period_kind: str,
    grace_days: int,
    fixed_from: date | None,
    fixed_to: date | None,
    remind_days: int = 0,
    actor: Actor,
    now: datetime,
) -> MembershipType:
    """New names and another period. Memberships that were bought keep theirs. Raises BadMembershipType."""
    values = checked(
        name_da=name_da,
        name_en=name_en,
        period_kind=period_kind,
        grace_days=grace_days,
        fixed_from=fixed_from,
        fixed_to=fixed_to,
        remind_days=remind_days,
    )
    found = MembershipType.objects.select_for_update(of=("self",)).get(pk=membership_type.pk)
    before = found.period_kind
    for name, value in values.items():
        setattr(found, name, value)
    found.save(update_fields=list(values))
    audit.record(
        action="membership_type_changed",
        actor=actor,
        now=now,
        organization_id=found.organization_id,
        object_kind="membership_type",
        object_reference=str(found.pk),
        before=before,
        period=found.period_kind,
    )
    return found
