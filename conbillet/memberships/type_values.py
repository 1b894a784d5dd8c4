"""What a membership type may hold; one rule for adding and changing."""

from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import PeriodKind

MOST_GRACE_DAYS = 366
MOST_REMIND_DAYS = 90


class BadMembershipType(Exception):
    """`field` is what is wrong, `message` says why, fit for the visitor."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(field)
        self.field, self.message = field, message


def checked(
    *,
    name_da: str,
    name_en: str,
    period_kind: str,
    grace_days: int,
    fixed_from: date | None,
    fixed_to: date | None,
    remind_days: int = 0,
) -> dict[str, Any]:
    """The columns of a type. What its kind of period does not use is left empty. Raises BadMembershipType."""
    if not name_da.strip():
        raise BadMembershipType("name_da", _("A membership needs a name."))
    if period_kind not in PeriodKind.values:
        raise BadMembershipType("period_kind", _("Choose one of the periods."))
    if not 0 <= remind_days <= MOST_REMIND_DAYS:
        raise BadMembershipType("remind_days", _("Say how many days before: 0 to 90."))
    with_grace = period_kind == PeriodKind.CALENDAR_YEAR_PLUS_GRACE
    fixed = period_kind == PeriodKind.FIXED_DATES
    if with_grace and not 1 <= grace_days <= MOST_GRACE_DAYS:
        raise BadMembershipType("grace_days", _("Say how many days it goes on into the next year: 1 to 366."))
    if fixed and (fixed_from is None or fixed_to is None):
        raise BadMembershipType("fixed_from", _("Say both the first and the last day."))
    if fixed and fixed_from and fixed_to and fixed_to < fixed_from:
        raise BadMembershipType("fixed_to", _("The last day comes before the first."))
    return {
        "name_da": name_da.strip(),
        "name_en": name_en.strip(),
        "period_kind": period_kind,
        "grace_days": grace_days if with_grace else 0,
        "fixed_from": fixed_from if fixed else None,
        "fixed_to": fixed_to if fixed else None,
        "remind_days": remind_days,
    }
