"""Change a kind of membership, and show its new period where it is sold."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from conbillet.core.actor import Actor
from conbillet.memberships.actions.change_membership_type import change_membership_type
from conbillet.memberships.models import MembershipType

from ..models import Event


@transaction.atomic
def change_sold_membership(
    *, membership_type: MembershipType, actor: Actor, now: datetime, **values: Any
) -> MembershipType:
    """The type's own change leaves the trace; the pages that show it are made anew. Raises BadMembershipType."""
    found = change_membership_type(membership_type=membership_type, actor=actor, now=now, **values)
    Event.objects.filter(products__membership_type=found).update(version=F("version") + 1)
    return found
