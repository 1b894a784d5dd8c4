"""Whoever sees everything that is ever shown cannot work out a number below the floor."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conbillet.usage.stretches import FLOOR, Stretch, mean_by_day, stretches, within

START = date(2026, 1, 15)
COUNTS = st.dictionaries(st.integers(0, 120).map(lambda n: START + timedelta(days=n)), st.integers(1, 9), max_size=90)


def shown_over_time(counts: dict[date, int], *, floor: int = FLOOR, anchored: bool = True) -> list[set[Stretch]]:
    """What a page of the last 90 days shows, day after day; `anchored` off begins the stretches with the window."""
    days = [START + timedelta(days=n) for n in range(130)]
    seen = []
    for today in days:
        first = today - timedelta(days=90)
        known = {day: n for day, n in counts.items() if day >= (first.replace(day=1) if anchored else first)}
        seen.append(set(within(stretches(known, until=today - timedelta(days=1), floor=floor), first=first)))
    return seen


def weaknesses(seen: list[set[Stretch]]) -> list[str]:
    """Ways to a small number: a stretch below the floor, or two that overlap, so that their difference is something new."""
    ever = sorted(set().union(*seen), key=lambda one: (one.first, one.last))
    found = [f"{one} is below the floor" for one in ever if one.times < FLOOR]
    return found + [f"{a} and {b}" for a, b in zip(ever, ever[1:], strict=False) if b.first <= a.last]


@given(COUNTS)
def test_everything_that_is_ever_shown_is_made_of_parts_that_are_large_enough(counts):
    assert weaknesses(shown_over_time(counts)) == []


@given(COUNTS)
def test_what_was_shown_never_changes_while_it_is_in_the_window(counts):
    days = shown_over_time(counts)
    for number, (yesterday, today) in enumerate(zip(days, days[1:], strict=False)):
        begins = START + timedelta(days=number + 1) - timedelta(days=90)
        assert {one for one in yesterday if one.first >= begins} <= today


@pytest.mark.parametrize("planted", [{"floor": 1}, {"anchored": False}], ids=["no floor", "stretches begin with the window"])
def test_the_attack_finds_a_planted_weakness(planted):
    counts = {START + timedelta(days=n): 1 + n % 3 for n in range(120)}
    assert weaknesses(shown_over_time(counts)) == []
    assert weaknesses(shown_over_time(counts, **planted)) != []


def test_days_are_put_together_until_there_is_enough_and_a_month_begins_anew():
    counts = {date(2026, 3, 28): 3, date(2026, 3, 30): 2, date(2026, 3, 31): 4, date(2026, 4, 1): 1, date(2026, 4, 2): 9}
    assert stretches(counts, until=date(2026, 4, 2)) == [
        Stretch(date(2026, 3, 28), date(2026, 3, 30), 5),
        Stretch(date(2026, 4, 1), date(2026, 4, 2), 10),
    ]
    assert stretches(counts, until=date(2026, 4, 1)) == [Stretch(date(2026, 3, 28), date(2026, 3, 30), 5)]


def test_a_stretch_is_drawn_as_its_mean():
    days = [date(2026, 3, day) for day in range(27, 32)]
    parts = [Stretch(date(2026, 3, 28), date(2026, 3, 30), 6), Stretch(date(2026, 3, 28), date(2026, 3, 28), 5)]
    assert mean_by_day(parts, days) == [0.0, 7.0, 2.0, 2.0]
