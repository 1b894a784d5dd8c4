"""Age bands at the door, against an independent way of counting birthdays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conbillet.tickets.ages import AgeBand, age_band

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
BIRTHS = st.dates(date(1920, 1, 1), date(2040, 12, 31))


def birthday(birth: date, years: int) -> date:
    """The day on which somebody has lived that many full years; 1 March for those born on 29 February in other years."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


@given(BIRTHS, DAYS)
def test_a_band_begins_on_a_birthday(birth: date, first_day: date):
    expected = AgeBand.ADULT if first_day >= birthday(birth, 18) else AgeBand.TEENAGER
    assert age_band(birth, first_day) == (expected if first_day >= birthday(birth, 15) else AgeBand.CHILD)


@given(BIRTHS, DAYS)
def test_nobody_gets_younger(birth: date, day: date):
    order = [AgeBand.CHILD, AgeBand.TEENAGER, AgeBand.ADULT]
    assert order.index(age_band(birth, day)) <= order.index(age_band(birth, day + timedelta(days=1)))


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        (date(2011, 4, 1), AgeBand.TEENAGER),
        (date(2011, 4, 2), AgeBand.CHILD),
        (date(2008, 4, 1), AgeBand.ADULT),
        (date(2008, 4, 2), AgeBand.TEENAGER),
        (None, AgeBand.UNKNOWN),
    ],
)
def test_the_first_day_counts(birth: date | None, band: AgeBand):
    assert age_band(birth, date(2026, 4, 1)) is band
