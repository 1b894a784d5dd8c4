"""What grant bodies may ask an association to show of a member, and until when (retention rule `member_evidence`).

The evidence of dues that were paid is kept for five years after the member has left, or after the last period that was
paid for when nobody wrote down that they left. A member who never paid dues is no evidence of anything.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import DateField, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest, TruncDate

from conbillet.core.clock import COPENHAGEN, add_months

from .models import DocumentedDues, DocumentedMember, Member, Membership

MONTHS = 60
CONTACT_MONTHS = 12
# Of dues without a stated period, the day on which they were paid.
_LAST_DAY = Coalesce(
    "memberships__period_to",
    TruncDate("memberships__paid_at", tzinfo=COPENHAGEN, output_field=DateField()),
    output_field=DateField(),
)
CONTACT = ("email", "phone")  # what goes a year after leaving


def evidence_of_members(pks: Collection[int]) -> dict[int, date | None]:
    """For each member until when the evidence is kept; None where there is none."""
    paid = Q(memberships__dues_amount__gt=0, memberships__paid_at__isnull=False)
    members = Member.objects.filter(pk__in=pks).annotate(last_paid=Max(_LAST_DAY, filter=paid))
    return {
        member.pk: add_months(max(member.left_on or member.last_paid, member.last_paid), MONTHS)
        if member.last_paid
        else None
        for member in members
    }


def evidence_of_memberships(pks: Collection[int]) -> dict[int, date | None]:
    """For each period until when its evidence is kept: as long as its member's."""
    members = dict(Membership.objects.filter(pk__in=pks).values_list("pk", "member_id"))
    until = evidence_of_members(set(members.values()))
    return {pk: until[member] for pk, member in members.items()}


def evidence_of_documented(pks: Collection[int]) -> dict[int, date | None]:
    """Rows of a year's documentation: five years after that year's end, whoever left when."""
    found = DocumentedMember.objects.filter(pk__in=pks).values_list("pk", "documentation__year")
    return {pk: last_day_of_documentation(year) for pk, year in found}


def evidence_of_documented_dues(pks: Collection[int]) -> dict[int, date | None]:
    """As long as the member's row beside it."""
    found = DocumentedDues.objects.filter(pk__in=pks).values_list("pk", "documented__documentation__year")
    return {pk: last_day_of_documentation(year) for pk, year in found}


def last_day_of_documentation(year: int) -> date:
    """The last day on which a year's list may be asked for by name."""
    return date(year + MONTHS // 12, 12, 31)


def with_last_day(members: QuerySet[Member]) -> QuerySet[Any]:
    """Members with `last_day`: when they left, or the end of their last period, never before what they paid for."""
    periods = Max(_LAST_DAY)
    entered = TruncDate(F("created_at"), tzinfo=COPENHAGEN, output_field=DateField())
    return members.annotate(
        last_day=Coalesce(Greatest(F("left_on"), periods), F("left_on"), periods, entered, output_field=DateField())
    )
