"""Stop offering a kind of membership, or offer it again."""

from datetime import datetime

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import MembershipType


@transaction.atomic
def offer_membership_type(
    *, membership_type: MembershipType, offered: bool, actor: Actor, now: datetime
) -> MembershipType:
    """Whether new products may sell it. Memberships that were bought stay, and so do products that sell it already."""
    found = MembershipType.objects.select_for_update(of=("self",)).get(pk=membership_type.pk)
    if found.is_offered == offered:
        return found
    found.is_offered = offered
    found.save(update_fields=["is_offered"])
    audit.record(
        action="membership_type_offered" if offered else "membership_type_stopped",
        actor=actor,
        now=now,
        organization_id=found.organization_id,
        object_kind="membership_type",
        object_reference=str(found.pk),
    )
    return found
