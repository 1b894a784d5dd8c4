"""A year after members left, how they can be reached goes (retention rule `member_contact`)."""

from collections import Counter
from datetime import datetime

from conbillet.core.clock import add_months, copenhagen_day
from conbillet.core.people import NOBODY, Held

from ..evidence import CONTACT, CONTACT_MONTHS, with_last_day
from ..models import Member


def forget_contacts(*, now: datetime, held: Held = NOBODY) -> Counter[int]:
    """Empty address for mail and phone a year after the last day. Rows, by association; not of `held` people."""
    limit = add_months(copenhagen_day(now), -CONTACT_MONTHS)
    old = (
        with_last_day(Member.objects.exclude(email="", phone=""))
        .filter(last_day__lt=limit)
        .exclude(held.rows("person", "email"))
    )
    rows = dict(old.values_list("pk", "organization_id"))
    Member.objects.filter(pk__in=rows).update(**dict.fromkeys(CONTACT, ""))
    return Counter(rows.values())
