"""What others ask about memberships."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from conbillet.core import rows

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
    if not ids:
        return {}
    return {
        one.pk: one
        for one in rows.read("FROM memberships_membershiptype t WHERE t.id = ANY(%s)", [list(ids)], t=MembershipType)
    }


def memberships_of(*, person_id: UUID) -> QuerySet[Membership]:
    """All memberships of a person, of every association, the latest first."""
    return (
        Membership.objects.filter(member__person_id=person_id)
        .select_related("membership_type", "member", "organization")
        .order_by("-period_to", "-pk")
    )


def offered_types(*, organization_id: int, on: date) -> QuerySet[MembershipType]:
    """The association's types, those on offer first, with `members_now` on that Copenhagen day; one query."""
    now = Q(
        memberships__period_from__lte=on,
        memberships__period_to__gte=on,
        memberships__ended_at=None,
        memberships__paid_at__isnull=False,
    )
    return (
        MembershipType.objects.filter(organization_id=organization_id)
        .annotate(members_now=Count("memberships__member", filter=now, distinct=True))
        .order_by("-is_offered", "pk")
    )
