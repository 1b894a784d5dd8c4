"""Accounting years: the twelve months by which an association counts its receipts, in Copenhagen days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from conbillet.core.clock import day_start

from .models import Organization


@dataclass(frozen=True)
class AccountingYear:
    """Named after the calendar year in which it begins; both days are part of it."""

    number: int
    first: date
    last: date

    @property
    def label(self) -> str:
        """`2026`, or `2026/27` where the year crosses New Year."""
        return str(self.number) if self.last.year == self.number else f"{self.number}/{self.last.year % 100:02d}"

    @property
    def begins_at(self) -> datetime:
        """The instant of its beginning."""
        return day_start(self.first)

    @property
    def ends_at(self) -> datetime:
        """The instant of its end, exclusive."""
        return day_start(self.last + timedelta(days=1))


def accounting_year(*, organization: Organization, number: int) -> AccountingYear:
    """The association's accounting year that begins in that calendar year."""
    first = date(number, organization.accounting_year_start_month, 1)
    return AccountingYear(number, first, first.replace(year=number + 1) - timedelta(days=1))


def accounting_year_of(*, organization: Organization, day: date) -> AccountingYear:
    """The accounting year in which a day falls."""
    begun = day.month >= organization.accounting_year_start_month
    return accounting_year(organization=organization, number=day.year if begun else day.year - 1)
