"""Enter dues that were paid outside the shop: by bank transfer, MobilePay to the association, or in cash."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.clock import copenhagen_day
from conbillet.core.money import LARGEST_AMOUNT
from conbillet.core.references import new_reference

from ..models import Member, Membership, MembershipType


class CannotEnterDues(Exception):
    """`field` is what is wrong, `message` says why, fit for the member secretary."""

    def __init__(self, field: str, message: object) -> None:
        super().__init__(field)
        self.field, self.message = field, message


@dataclass(frozen=True)
class EnteredDues:
    """One membership's days (inclusive) and what was paid, in øre. `paid_at` is UTC, None while it is not paid."""

    membership_type: MembershipType
    period_from: date
    period_to: date
    amount: int
    paid_at: datetime | None
    payer_name: str = ""
    payer_relation: str = "self"
    method: str = ""
    reference: str = ""


@transaction.atomic
def enter_dues(*, member: Member, dues: EnteredDues, actor: Actor, now: datetime) -> Membership:
    """A membership of somebody in the register. Raises CannotEnterDues."""
    if dues.period_to < dues.period_from:
        raise CannotEnterDues("period_to", _("The last day comes before the first."))
    if not 0 <= dues.amount <= LARGEST_AMOUNT:
        raise CannotEnterDues("amount", _("Write an amount from 0 kr. and up."))
    if dues.paid_at is not None and copenhagen_day(dues.paid_at) > copenhagen_day(now):
        raise CannotEnterDues("paid_on", _("The day of payment cannot be in the future."))
    membership = Membership.objects.create(
        organization_id=member.organization_id,
        member=member,
        membership_type=dues.membership_type,
        period_from=dues.period_from,
        period_to=dues.period_to,
        enrolled_at=now,
        channel="office",
        dues_amount=dues.amount,
        dues_text=dues.membership_type.name_da,
        payer_name=dues.payer_name,
        payer_relation=dues.payer_relation,
        paid_at=dues.paid_at,
        payment_method=dues.method,
        payment_reference=dues.reference,
        source_reference=f"office:{new_reference(20)}",
    )
    Member.objects.filter(pk=member.pk, left_on__lt=dues.period_to).update(left_on=None)
    audit.record(
        action="dues_entered", actor=actor, now=now, organization_id=member.organization_id,
        object_kind="member", object_reference=member.member_no, subject=member.person_id, amount=dues.amount,
    )  # fmt: skip
    return membership
