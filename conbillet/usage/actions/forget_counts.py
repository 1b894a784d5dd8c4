"""Counts of use go after 25 months: two years to compare with, and the month that is under way."""

from collections import Counter
from datetime import datetime

from django.db import connection, transaction

from conbillet.core.clock import add_months, copenhagen_day

from ..models import SiteCount

MONTHS = 25


@transaction.atomic
def forget_counts(*, now: datetime) -> Counter[int | None]:
    """Delete whole calendar months, so that what is shown of the others stays as it is; how many rows, by association."""
    before = add_months(copenhagen_day(now).replace(day=1), -MONTHS)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM usage_shopcount WHERE day < %s RETURNING organization_id) "
            "SELECT organization_id, count(*) FROM gone GROUP BY 1",
            [before],
        )
        forgotten: Counter[int | None] = Counter({organization: int(rows) for organization, rows in cursor.fetchall()})
    forgotten[None] += SiteCount.objects.filter(day__lt=before).delete()[0]
    return forgotten
