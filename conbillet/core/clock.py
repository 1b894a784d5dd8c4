"""Time. Instants are UTC; days are calendar days in Copenhagen. The only place that asks what time it is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def now() -> datetime:
    """The present instant, in UTC. Pages and workers call this once and pass it down."""
    return datetime.now(UTC)


def copenhagen_day(instant: datetime) -> date:
    """The calendar day in Copenhagen on which an instant falls."""
    return instant.astimezone(COPENHAGEN).date()


def day_start(day: date) -> datetime:
    """The instant (UTC) at which a Copenhagen day begins; correct on both daylight-saving days."""
    return datetime.combine(day, time.min, COPENHAGEN).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The instant (UTC) at which a Copenhagen day ends, exclusive."""
    return day_start(day + timedelta(days=1))


def age_on(birth_date: date, day: date) -> int:
    """Full years on a day. Born 29 February: a year older on 1 March in common years (fact sheet 11.2)."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def add_months(day: date, months: int) -> date:
    """The same day some months later, clipped to the end of a shorter month: 30 November + 3 = 28 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), 1 if month == 11 else month + 2, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))
