"""What others ask about memberships."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from .models import Membership, MembershipType


def is_member(*, organization_id: int, person_id: UUID, on: date) -> bool:
    """Has the person a membership of that association, not ended, on that Copenhagen day?"""
    return Membership.objects.filter(
        organization_id=organization_id,
        member__person_id=person_id,
        period_from__lte=on,
        period_to__gte=on,
        ended_at__isnull=True,
        paid_at__isnull=False,
    ).exists()


def types_by_id(ids: Collection[int]) -> dict[int, MembershipType]:
    """Membership types; no query when there are no ids."""
    return MembershipType.objects.in_bulk(ids) if ids else {}
