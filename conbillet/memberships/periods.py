"""Which days a membership bought on a day covers, and whether grant bodies can count it."""

from datetime import date, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conbillet.core.clock import add_months
from conbillet.core.formats import format_day_range

from .models import MembershipType, PeriodKind


def period_from(membership_type: MembershipType, day: date) -> tuple[date, date]:
    """First and last day (both inclusive) of a membership of that type bought on that Copenhagen day."""
    match membership_type.period_kind:
        case PeriodKind.ROLLING_12M:
            return day, add_months(day, 12) - timedelta(days=1)
        case PeriodKind.CALENDAR_YEAR_PLUS_GRACE:
            return day, date(day.year, 12, 31) + timedelta(days=membership_type.grace_days)
        case PeriodKind.FIXED_DATES if membership_type.fixed_from and membership_type.fixed_to:
            return membership_type.fixed_from, membership_type.fixed_to
        case _:
            return day, date(day.year, 12, 31)


def period_after(membership_type: MembershipType, day: date, last_day: date | None) -> tuple[date, date]:
    """Days of a membership bought on that day by somebody who is a member until `last_day` (None: nobody yet).

    It follows without a gap and without paying twice for a day; a calendar year is followed by the next one. Fixed days
    are fixed.
    """
    if last_day is None or last_day < day or membership_type.period_kind == PeriodKind.FIXED_DATES:
        return period_from(membership_type, day)
    return period_from(membership_type, last_day + timedelta(days=1))


def period_words(membership_type: MembershipType) -> str:
    """What a membership of that type covers, as a visitor reads it before buying; the same on every day."""
    match membership_type.period_kind:
        case PeriodKind.ROLLING_12M:
            return _("Twelve months from the purchase")
        case PeriodKind.CALENDAR_YEAR_PLUS_GRACE:
            return _("The rest of the year and %(days)s days of the next") % {"days": membership_type.grace_days}
        case PeriodKind.FIXED_DATES if membership_type.fixed_from and membership_type.fixed_to:
            return format_day_range(membership_type.fixed_from, membership_type.fixed_to, get_language())
        case _:
            return _("The rest of the calendar year")


def always_inside_one_year(membership_type: MembershipType) -> bool:
    """Whether no purchase of that type can cross a New Year. The condition of DUF that the type itself decides."""
    match membership_type.period_kind:
        case PeriodKind.CALENDAR_YEAR:
            return True
        case PeriodKind.FIXED_DATES if membership_type.fixed_from and membership_type.fixed_to:
            return inside_one_year((membership_type.fixed_from, membership_type.fixed_to))
        case _:
            return False


def inside_one_year(period: tuple[date, date]) -> bool:
    """DUF counts dues only when the whole period lies in one calendar year (fact sheet section 1)."""
    return period[0].year == period[1].year
