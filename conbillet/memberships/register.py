"""Finding members of an association's own register: by name, e-mail or number, with how long each is a member."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.expressions import Func, OrderBy
from django.db.models.fields import TextField

from .models import Member, Membership

LONGEST_SEARCH = 80
NOW, BEFORE, LEFT, UNPAID, NO_MUNICIPALITY = "now", "before", "left", "unpaid", "municipality"
DOUBLES = "doubles"
_BY_NAME = OrderBy(Func("name", function="conbillet_sort_key", output_field=TextField()))
SORTS: dict[str, list[Any]] = {
    "name": [_BY_NAME, F("id").asc()],
    "number": [Func("member_no", function="length").asc(), F("member_no").asc()],
    "newest": [F("created_at").desc(), F("id").desc()],
}


@dataclass(frozen=True)
class MemberFilter:
    """What to look for; empty means any. `state` is one of the words above."""

    text: str = ""
    state: str = ""
    sort: str = "name"


def _entered_twice() -> Exists:
    """Another entry of the same name and date of birth: the same person, or two of whom somebody should make sure."""
    others = Member.objects.filter(organization=OuterRef("organization"), birth_date=OuterRef("birth_date"))
    return Exists(others.exclude(pk=OuterRef("pk")).filter(name__iexact=OuterRef("name")))


def doubles_of(member: Member) -> QuerySet[Member]:
    """Other entries of the same name and date of birth."""
    if not member.name or member.birth_date is None:
        return Member.objects.none()
    same = Member.objects.filter(
        organization_id=member.organization_id, birth_date=member.birth_date, name__iexact=member.name
    )
    return same.exclude(pk=member.pk).order_by("pk")


def living_with(member: Member) -> list[Member]:
    """The others of the household, the oldest first; nobody where there is none."""
    if member.household_id is None:
        return []
    return list(Member.objects.filter(household=member.household_id).exclude(pk=member.pk).order_by("birth_date", "pk"))


def count_doubles(*, organization_id: int) -> int:
    """How many entries stand there twice."""
    return Member.objects.filter(_entered_twice(), organization_id=organization_id).exclude(name="").count()


def _not_left(on: date) -> Q:
    return Q(left_on__isnull=True) | Q(left_on__gte=on)


def find_members(*, organization_id: int, wanted: MemberFilter, on: date) -> QuerySet[Any]:
    """The association's members that match, with `last_day` (of the latest period) and `is_member` on that Copenhagen day."""
    paid = Membership.objects.filter(member=OuterRef("pk"), paid_at__isnull=False, ended_at__isnull=True)
    current = Exists(paid.filter(period_from__lte=on, period_to__gte=on))
    members = Member.objects.filter(organization_id=organization_id).exclude(name="")
    members = members.annotate(last_day=Max("memberships__period_to"), is_member=current & _not_left(on))
    for word in wanted.text.split():
        members = members.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(member_no=word))
    if wanted.state == NOW:
        members = members.filter(is_member=True)
    elif wanted.state == BEFORE:
        members = members.filter(is_member=False)
    elif wanted.state == LEFT:
        members = members.filter(left_on__isnull=False)
    elif wanted.state == UNPAID:
        members = members.filter(Exists(Membership.objects.filter(member=OuterRef("pk"), paid_at=None)))
    elif wanted.state == DOUBLES:
        members = members.filter(_entered_twice())
    elif wanted.state == NO_MUNICIPALITY:
        members = members.filter(country="DK", municipality_code="")
    return members.order_by(*SORTS.get(wanted.sort, SORTS["name"]))
