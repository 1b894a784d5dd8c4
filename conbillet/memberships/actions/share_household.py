"""Members who live together stand in one household of the register."""

from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import Household, Member

MOST = 12


class CannotShare(Exception):
    """`message` says why, fit for the member secretary."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(str(message))
        self.message = message


@transaction.atomic
def share_household(*, member: Member, other: Member, actor: Actor, now: datetime) -> Household:
    """The member moves into the other's household, which is made if there is none. Raises CannotShare."""
    if member.pk == other.pk:
        raise CannotShare(_("That is the same member."))
    found = Member.objects.select_for_update(of=("self",)).filter(pk__in=[member.pk, other.pk]).order_by("pk")
    rows = {row.pk: row for row in found}
    member, other = rows[member.pk], rows[other.pk]
    household = other.household or Household.objects.create(organization_id=other.organization_id, made_at=now)
    if household.members.exclude(pk=member.pk).count() >= MOST:
        raise CannotShare(_("A household has at most %(most)s members.") % {"most": MOST})
    former = member.household
    for one in (other, member):
        one.household = household
        one.save(update_fields=["household"])
    if former is not None and former.pk != household.pk:
        end_if_alone(former)
    audit.record(
        action="household_shared", actor=actor, now=now, organization_id=member.organization_id,
        object_kind="member", object_reference=member.member_no, subject=member.person_id, other=other.member_no,
    )  # fmt: skip
    return household


def end_if_alone(household: Household) -> None:
    """Who lives alone needs no household."""
    if household.members.count() < 2:
        household.members.update(household=None)
        household.delete()
