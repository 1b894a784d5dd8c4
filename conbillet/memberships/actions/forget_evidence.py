"""Five years after members left, who they were goes; numbers and dues stay (retention rule `member_evidence`)."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from conbillet.core.clock import add_months, copenhagen_day

from ..evidence import CONTACT, MONTHS, with_last_day
from ..models import Member, Membership

EVIDENCE = ("member_no", "name", "gender", "street", "postcode", "city", "country", "municipality_code")


@transaction.atomic
def forget_evidence(*, now: datetime) -> Counter[int]:
    """Empty who the member was, and who paid, five years after the last day. Rows, by association."""
    limit = add_months(copenhagen_day(now), -MONTHS)
    filled = Q(birth_date__isnull=False) | Q(person__isnull=False)
    for name in EVIDENCE:
        filled |= ~Q(**{name: ""})
    old = with_last_day(Member.objects.filter(filled)).filter(last_day__lt=limit)
    rows = dict(old.values_list("pk", "organization_id"))
    Membership.objects.filter(member__in=rows).exclude(payer_name="").update(payer_name="")
    empty = {**dict.fromkeys([*EVIDENCE, *CONTACT], ""), "birth_date": None, "person": None}
    Member.objects.filter(pk__in=rows).update(**empty)
    return Counter(rows.values())
