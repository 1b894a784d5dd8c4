"""Somebody's own memberships, and those of the children they act for: renewing, and leaving."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from conbillet.accounts.models import Person
from conbillet.catalogue.models import Event, Product, ProductKind
from conbillet.core.clock import add_months, age_on, copenhagen_day
from conbillet.memberships.evidence import CONTACT_MONTHS, MONTHS
from conbillet.memberships.models import Member, Membership
from conbillet.memberships.places import choices_for
from conbillet.privacy.insight.children import GROWN_UP, wards_of
from conbillet.sales.models import OrderLine


@dataclass
class MyMember:
    """One entry in an association's register. `is_child`: the person asking acts for them."""

    member: Member
    is_child: bool
    memberships: list[Membership] = field(default_factory=list)
    renew_at: str = ""  # where the next membership is sold, if it is

    @property
    def last_day(self) -> date | None:
        """The last day that is paid for."""
        paid = [one.period_to for one in self.memberships if one.paid_at and not one.ended_at and one.period_to]
        return max(paid, default=None)

    @property
    def municipalities(self) -> tuple[tuple[str, str], ...]:
        """What to ask: where the postcode lies in several and nobody has said which; else nothing."""
        if self.member.municipality_code or self.member.left_on:
            return ()
        return choices_for(country=self.member.country, postcode=self.member.postcode)

    def is_member(self, on: date) -> bool:
        """On that day: paid for, begun, and not left."""
        left = self.member.left_on
        return (left is None or left >= on) and any(
            one.paid_at
            and not one.ended_at
            and one.period_from
            and one.period_to
            and one.period_from <= on <= one.period_to
            for one in self.memberships
        )

    def can_leave(self, on: date) -> bool:
        """While there are days left, and no leaving is written down."""
        return self.member.left_on is None and self.last_day is not None and self.last_day >= on

    def can_stay(self, on: date) -> bool:
        """While the day of leaving has not passed."""
        return self.member.left_on is not None and self.member.left_on >= on

    def contact_goes_on(self, today: date) -> date:
        """After which day the association's register forgets e-mail and phone (retention rule `member_contact`)."""
        return add_months(self.last_day or today, CONTACT_MONTHS)

    def rest_goes_on(self, today: date) -> date:
        """And name, birth date, address (retention rule `member_evidence`)."""
        return add_months(self.last_day or today, MONTHS)


def my_memberships(*, person: Person, now: datetime) -> list[MyMember]:
    """Own entries first, then children's, with where each can be renewed. The number of queries does not grow."""
    today = copenhagen_day(now)
    wards = [ward.pk for ward in wards_of(guardian=person, now=now)]
    bought = _bought_for_children(person, today)
    mine = Q(person=person) | Q(person__in=wards) | Q(pk__in=bought)
    members = Member.objects.filter(mine).exclude(name="").select_related("organization").order_by("pk")
    found = {one.pk: MyMember(one, is_child=one.person_id != person.pk) for one in members}
    rows = Membership.objects.filter(member__in=found).select_related("membership_type").order_by("-period_to", "-pk")
    for row in rows:
        found[row.member_id].memberships.append(row)
    _say_where_to_renew(found.values(), today)
    return sorted(found.values(), key=lambda one: (one.is_child, one.member.organization.name, one.member.name))


def _bought_for_children(person: Person, today: date) -> list[int]:
    """Children without an account whose membership this person bought: whoever enters a child acts for it (decision 20)."""
    young = add_months(today, -12 * GROWN_UP)
    lines = OrderLine.objects.filter(
        order__buyer=person, kind=ProductKind.MEMBERSHIP, participant__person__isnull=True, participant__email="",
        participant__birth_date__gt=young, reverses__isnull=True,
    )  # fmt: skip
    references = [f"line-{pk}" for pk in lines.values_list("pk", flat=True)]
    members = Member.objects.filter(memberships__source_reference__in=references, person__isnull=True, email="")
    return [one.pk for one in members.distinct() if one.birth_date and age_on(one.birth_date, today) < GROWN_UP]


def _say_where_to_renew(members: Any, today: date) -> None:
    """The association's sale of memberships alone, or else an event that sells this type."""
    types = {row.membership_type_id for one in members for row in one.memberships[:1]}
    products = Product.objects.filter(
        membership_type__in=types, is_offered=True, membership_type__is_offered=True, event__state=Event.State.LIVE,
        event__ends_on__gte=today,
    ).select_related("event__organization")  # fmt: skip
    places: dict[int | None, list[Event]] = defaultdict(list)
    for product in products.order_by("event__starts_on", "pk"):
        places[product.membership_type_id].append(product.event)
    for one in members:
        events = places[one.memberships[0].membership_type_id] if one.memberships else []
        chosen = next((event for event in events if event.sells_memberships_only), events[0] if events else None)
        if chosen is not None and not one.member.left_on:
            one.renew_at = f"/{chosen.organization.slug}/{chosen.slug}/#tickets"
