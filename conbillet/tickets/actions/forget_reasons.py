"""Why somebody took a check-in back is forgotten with the sale it belongs to (retention rule `accounting`)."""

from collections import Counter
from datetime import datetime

from conbillet.core.clock import copenhagen_day, day_start
from conbillet.organizations.models import Organization
from conbillet.sales.actions.forget_books import first_kept_day

from ..models import CheckIn


def forget_reasons(*, now: datetime) -> Counter[int]:
    """Empty the texts of check-ins whose accounting year is long over. Rows, by association."""
    found: Counter[int] = Counter()
    for organization in Organization.objects.order_by("pk"):
        before = day_start(first_kept_day(organization=organization, today=copenhagen_day(now)))
        old = CheckIn.objects.filter(organization=organization, at__lt=before).exclude(undo_reason="")
        rows = old.update(undo_reason="")
        if rows:
            found[organization.pk] = rows
    return found
