"""Five years after members left, who they were goes; numbers and dues stay (retention rule `member_evidence`)."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from conbillet.core.clock import add_months, copenhagen_day
from conbillet.core.people import NOBODY, Held

from ..evidence import CONTACT, MONTHS, last_day_of_documentation, with_last_day
from ..models import DocumentedDues, DocumentedMember, Member, Membership

DOCUMENTED = ("member_no", "name", "street", "postcode", "city", "country")
EVIDENCE = ("member_no", "name", "gender", "street", "postcode", "city", "country", "municipality_code")


@transaction.atomic
def forget_evidence(*, now: datetime, held: Held = NOBODY) -> Counter[int]:
    """Empty who the member was, and who paid, five years after the last day. Rows, by association; not of `held` people."""
    limit = add_months(copenhagen_day(now), -MONTHS)
    filled = Q(birth_date__isnull=False) | Q(person__isnull=False)
    for name in EVIDENCE:
        filled |= ~Q(**{name: ""})
    old = with_last_day(Member.objects.filter(filled)).filter(last_day__lt=limit).exclude(held.rows("person", "email"))
    rows = dict(old.values_list("pk", "organization_id"))
    memberships = Membership.objects.filter(member__in=rows)
    memberships.exclude(payer_name="", payer_relation="").update(payer_name="", payer_relation="")
    empty = {**dict.fromkeys([*EVIDENCE, *CONTACT], ""), "birth_date": None, "person": None, "household": None}
    Member.objects.filter(pk__in=rows).update(**empty)
    return Counter(rows.values()) + _forget_lists(now)


def _forget_lists(now: datetime) -> Counter[int]:
    """Who stood in the documentation of a year that nobody may ask about any more. The numbers stay."""
    today = copenhagen_day(now)
    newest = next(year for year in range(today.year, 0, -1) if last_day_of_documentation(year) < today)
    filled = Q(birth_date__isnull=False) | Q(member__isnull=False)
    for name in DOCUMENTED:
        filled |= ~Q(**{name: ""})
    old = DocumentedMember.objects.filter(filled, documentation__year__lte=newest)
    rows = dict(old.values_list("pk", "organization_id"))
    dues = DocumentedDues.objects.filter(documented__in=rows)
    dues.exclude(payer_name="", payer_relation="").update(payer_name="", payer_relation="")
    DocumentedMember.objects.filter(pk__in=rows).update(**dict.fromkeys(DOCUMENTED, ""), birth_date=None, member=None)
    return Counter(rows.values())
