from datetime import UTC, date, datetime, time

import pytest

from conbillet.core.formats import (
    copenhagen_day,
    format_count,
    format_day,
    format_day_range,
    format_moment,
    format_money,
    format_time,
)


def test_counts():
    assert [format_count(number, "da") for number in (0, 999, 1527, 1234567)] == ["0", "999", "1.527", "1.234.567"]
    assert format_count(1527, "en") == "1,527"


@pytest.mark.parametrize(
    ("amount", "danish", "english"),
    [
        (0, "0,00 kr.", "DKK 0.00"),
        (5, "0,05 kr.", "DKK 0.05"),
        (40000, "400,00 kr.", "DKK 400.00"),
        (123450, "1.234,50 kr.", "DKK 1,234.50"),
        (-123450, "-1.234,50 kr.", "-DKK 1,234.50"),
        (123456789012, "1.234.567.890,12 kr.", "DKK 1,234,567,890.12"),
    ],
)
def test_money(amount, danish, english):
    assert format_money(amount, "DKK", "da") == danish
    assert format_money(amount, "DKK", "en") == english


def test_money_short_drops_only_empty_decimals():
    assert format_money(40000, "DKK", "da", short=True) == "400 kr."
    assert format_money(40050, "DKK", "da", short=True) == "400,50 kr."
    assert format_money(123400, "DKK", "en", short=True) == "DKK 1,234"


def test_money_in_another_currency_names_it():
    assert format_money(1990, "EUR", "da") == "19,90 EUR"
    assert format_money(1990, "EUR", "en-gb") == "EUR 19.90"


def test_unknown_language_is_written_in_danish():
    assert format_money(100, "DKK", None) == "1,00 kr."
    assert format_day(date(2026, 5, 1), "de") == "1. maj 2026"


def test_days():
    day = date(2026, 11, 22)
    assert format_day(day, "da") == "22. november 2026"
    assert format_day(day, "da", "short") == "22.11.2026"
    assert format_day(date(2026, 2, 1), "da", "short") == "01.02.2026"
    assert format_day(day, "da", "weekday") == "søndag den 22. november 2026"
    assert format_day(day, "da", "month") == "november 2026"
    assert format_day(day, "en") == "22 November 2026"
    assert format_day(day, "en", "short") == "22 Nov 2026"
    assert format_day(day, "en", "weekday") == "Sunday 22 November 2026"


def test_day_ranges_say_month_and_year_once():
    assert format_day_range(date(2025, 4, 16), date(2025, 4, 20), "da") == "16.–20. april 2025"
    assert format_day_range(date(2025, 4, 16), date(2025, 4, 20), "en") == "16–20 April 2025"
    assert format_day_range(date(2026, 4, 30), date(2026, 5, 3), "da") == "30. april – 3. maj 2026"
    assert format_day_range(date(2026, 4, 30), date(2026, 5, 3), "en") == "30 April – 3 May 2026"
    assert format_day_range(date(2026, 12, 30), date(2027, 1, 2), "da") == "30. december 2026 – 2. januar 2027"
    assert format_day_range(date(2026, 5, 3), date(2026, 5, 3), "da") == "3. maj 2026"


def test_instants_are_read_in_copenhagen():
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    winter = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert copenhagen_day(summer) == date(2026, 7, 2)
    assert format_time(summer, "da") == "kl. 0.30"
    assert format_time(winter, "da") == "kl. 18.30"
    assert format_time(winter, "en") == "18:30"
    assert format_time(time(9, 5), "da") == "kl. 9.05"
    assert format_moment(winter, "da") == "22. november 2026 kl. 18.30"
    assert format_moment(winter, "en", "short") == "22 Nov 2026, 18:30"
    assert format_day(summer, "da") == "2. juli 2026"


def test_an_instant_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        format_time(datetime(2026, 1, 1, 12, 0), "da")
