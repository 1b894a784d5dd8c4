"""Recipients are told (GDPR art. 19): each association that held something, or was handed something, learns which of its
own orders it is about. It may have the data in a list that it took home."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.memberships.models import Member
from conbillet.organizations.models import Organization
from conbillet.sales.models import Order, Participant

from ..models import Erasure, ErasureNotice
from .plan import Plan

# What an association holds of its own about somebody, or was handed.
ITS_OWN = {"sales_order", "sales_participant", "memberships_member", "privacy_disclosedperson"}


class Address(NamedTuple):
    """Where the receipt goes; `send_mail` forgets it as soon as it is sent."""

    email: str
    language: str


@transaction.atomic
def tell_person(*, erasure: Erasure, address: Address, now: datetime, again: bool = False) -> None:
    """Queue the receipt, after everything else about the address is gone; `again` for a second address."""
    queue_mail(
        kind="erasure_receipt",
        key=f"erasure_receipt/{erasure.reference}{'/again' if again else ''}",
        recipient=address.email,
        language=address.language,
        about=erasure.reference,
        organization_id=None,
        person_id=None,
        now=now,
    )


def told(plan: Plan) -> set[int]:
    """The associations that are told."""
    return {line.organization for line in plan.lines if line.table in ITS_OWN and line.organization is not None}


def tell_recipients(*, erasure: Erasure, plan: Plan, now: datetime) -> None:
    """One notice and one mail to each; both name orders and member numbers, nobody's name."""
    orders: dict[int, set[str]] = defaultdict(set)
    members: dict[int, set[str]] = defaultdict(set)
    mine = Order.objects.filter(pk__in=plan.keys_of(Order)).values_list("organization_id", "reference")
    held = Participant.objects.filter(pk__in=plan.keys_of(Participant))
    for pk, reference in [*mine, *held.values_list("organization_id", "order__reference")]:
        orders[pk].add(reference)
    numbers = Member.objects.filter(pk__in=plan.keys_of(Member)).values_list("organization_id", "member_no")
    for pk, number in numbers:
        members[pk].add(number)
    for organization in Organization.objects.filter(pk__in=told(plan)).order_by("pk"):
        ErasureNotice.objects.create(
            organization=organization,
            erasure_reference=erasure.reference,
            orders=",".join(sorted(orders[organization.pk]))[:4000],
            members=",".join(sorted(members[organization.pk]))[:400],
            told_at=now,
        )
        queue_mail(
            kind="erasure_notice",
            key=f"erasure_notice/{erasure.reference}/{organization.pk}",
            recipient=organization.email,
            language="da",
            about=erasure.reference,
            organization_id=organization.pk,
            person_id=None,
            now=now,
        )
