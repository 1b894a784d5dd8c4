"""What others ask about memberships."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from conbillet.core import rows

from .models import Member, Membership, MembershipType


@dataclass(frozen=True)
class MemberStanding:
    """Whether somebody is a member on a day, and the last day of what they have paid for from then on (None: nothing)."""

    is_member: bool = False
    last_day: date | None = None


def standing_of(*, organization_id: int, person_id: UUID, on: date) -> MemberStanding:
    """A person's memberships of that association that are paid, not ended, and not over on that Copenhagen day; one query."""
    found = Membership.objects.filter(
        Q(member__left_on__isnull=True) | Q(member__left_on__gte=on),
        organization_id=organization_id,
        member__person_id=person_id,
        period_to__gte=on,
        ended_at__isnull=True,
        paid_at__isnull=False,
    ).aggregate(first=Min("period_from"), last=Max("period_to"))
    first, last = found["first"], found["last"]
    return MemberStanding(first is not None and first <= on, last)


def is_member(*, organization_id: int, person_id: UUID, on: date) -> bool:
    """Has the person a membership of that association, not ended, on that Copenhagen day?"""
    return standing_of(organization_id=organization_id, person_id=person_id, on=on).is_member


def last_paid_day(member: Member) -> date | None:
    """The last day of what was paid for and did not end early; None where nothing was."""
    paid = Membership.objects.filter(member=member, paid_at__isnull=False, ended_at__isnull=True)
    return paid.aggregate(last=Max("period_to"))["last"]


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
