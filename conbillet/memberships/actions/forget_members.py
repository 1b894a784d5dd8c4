"""Members who left: contact goes after a year, evidence after five; numbers and dues stay (retention rules
`member_contact` and `member_evidence`)."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import DateField, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest, TruncDate

from conbillet.core.clock import COPENHAGEN, add_months, copenhagen_day

from ..evidence import CONTACT_MONTHS, MONTHS
from ..models import Member, Membership

CONTACT = ("email", "phone")
EVIDENCE = ("member_no", "name", "gender", "street", "postcode", "city", "country", "municipality_code")


def with_last_day(members: QuerySet[Member]) -> QuerySet[Any]:
    """Members with `last_day`: when they left, or the end of their last period, never before what they paid for."""
    periods = Max("memberships__period_to")
    entered = TruncDate(F("created_at"), tzinfo=COPENHAGEN, output_field=DateField())
    return members.annotate(
        last_day=Coalesce(Greatest(F("left_on"), periods), F("left_on"), periods, entered, output_field=DateField())
    )


def forget_contacts(*, now: datetime) -> Counter[int]:
    """Empty address for mail and phone a year after the last day. Rows, by association."""
    limit = add_months(copenhagen_day(now), -CONTACT_MONTHS)
    old = with_last_day(Member.objects.exclude(email="", phone="")).filter(last_day__lt=limit)
    return _counted(old, dict.fromkeys(CONTACT, ""))


@transaction.atomic
def forget_evidence(*, now: datetime) -> Counter[int]:
    """Empty who the member was, and who paid, five years after the last day. Rows, by association."""
    limit = add_months(copenhagen_day(now), -MONTHS)
    filled = Q(birth_date__isnull=False) | Q(person__isnull=False)
    for name in EVIDENCE:
        filled |= ~Q(**{name: ""})
    old = with_last_day(Member.objects.filter(filled)).filter(last_day__lt=limit)
    members = list(old.values_list("pk", flat=True))
    Membership.objects.filter(member__in=members).exclude(payer_name="").update(payer_name="")
    return _counted(
        Member.objects.filter(pk__in=members),
        {**dict.fromkeys([*EVIDENCE, *CONTACT], ""), "birth_date": None, "person": None},
    )


def _counted(members: QuerySet[Member], values: dict[str, object]) -> Counter[int]:
    rows = dict(members.values_list("pk", "organization_id"))
    Member.objects.filter(pk__in=rows).update(**values)
    return Counter(rows.values())
