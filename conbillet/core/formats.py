"""Money, days and times as people read them, in Danish and English.

Pure functions without Django, because mails, PDFs and pages all need the same words. `language` is a language code
such as "da" or "en-gb"; everything that does not start with "en" is written in Danish. Texts contain ordinary spaces
only: pages keep an amount on one line by style, and plain-text mails stay searchable.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")

DayStyle = Literal["long", "short", "weekday", "month"]

_MONTHS = {
    "da": [
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_WEEKDAYS = {
    "da": ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}


def _tongue(language: str | None) -> str:
    return "en" if (language or "").lower().startswith("en") else "da"


def format_money(amount: int, currency: str = "DKK", language: str | None = "da", *, short: bool = False) -> str:
    """Write an amount of minor units (øre): 123450 becomes `1.234,50 kr.` or `DKK 1,234.50`.

    `short` leaves out the decimals of a whole amount (`400 kr.`), for price lists.
    """
    sign = "-" if amount < 0 else ""
    whole, minor = divmod(abs(amount), 100)
    number = f"{whole:,}"
    if not (short and minor == 0):
        number += f".{minor:02d}"
    if _tongue(language) == "en":
        return f"{sign}{currency} {number}"
    number = number.translate(str.maketrans(",.", ".,"))
    return f"{sign}{number} {'kr.' if currency == 'DKK' else currency}"


def format_count(number: int, language: str | None = "da") -> str:
    """Write how many: 1527 becomes `1.527` or `1,527`."""
    return f"{number:,}" if _tongue(language) == "en" else f"{number:,}".replace(",", ".")


def copenhagen_day(moment: date | datetime) -> date:
    """The calendar day in Copenhagen of an instant; a plain day is returned as it is."""
    if isinstance(moment, datetime):
        return _local(moment).date()
    return moment


def format_day(day: date | datetime, language: str | None = "da", style: DayStyle = "long") -> str:
    """Write a day: `22. november 2026` (long), `22.11.2026` (short), `søndag den 22. november 2026` (weekday),
    `november 2026` (month). In English: `22 November 2026`, `22 Nov 2026`, `Sunday 22 November 2026`, `November 2026`.
    """
    day, tongue = copenhagen_day(day), _tongue(language)
    month = _MONTHS[tongue][day.month - 1]
    if style == "month":
        return f"{month} {day.year}"
    if tongue == "en":
        if style == "short":
            return f"{day.day} {month[:3]} {day.year}"
        text = f"{day.day} {month} {day.year}"
        return f"{_WEEKDAYS['en'][day.weekday()]} {text}" if style == "weekday" else text
    if style == "short":
        return f"{day.day:02d}.{day.month:02d}.{day.year}"
    text = f"{day.day}. {month} {day.year}"
    return f"{_WEEKDAYS['da'][day.weekday()]} den {text}" if style == "weekday" else text


def format_day_of_year(day: date, language: str | None = "da") -> str:
    """Write a day of any year: `31. december`, in English `31 December`."""
    tongue = _tongue(language)
    return f"{day.day}{'.' if tongue == 'da' else ''} {_MONTHS[tongue][day.month - 1]}"


def format_day_range(first: date | datetime, last: date | datetime, language: str | None = "da") -> str:
    """Write the days from `first` to `last`, saying month and year once where they are the same.

    `16.-20. april 2025`, `30. april - 3. maj 2026`, in both languages with an en dash; one day is written as a day.
    """
    first, last, tongue = copenhagen_day(first), copenhagen_day(last), _tongue(language)
    if first >= last:
        return format_day(first, language)
    dot = "" if tongue == "en" else "."
    end = format_day(last, language)
    if first.year != last.year:
        return f"{format_day(first, language)} – {end}"
    if first.month != last.month:
        return f"{first.day}{dot} {_MONTHS[tongue][first.month - 1]} – {end}"
    return f"{first.day}{dot}–{end}"


def format_time(moment: datetime | time, language: str | None = "da") -> str:
    """Write a time of day in Copenhagen: `kl. 18.30`, in English `18:30`. A plain time is taken as local already."""
    local = _local(moment) if isinstance(moment, datetime) else moment
    if _tongue(language) == "en":
        return f"{local.hour}:{local.minute:02d}"
    return f"kl. {local.hour}.{local.minute:02d}"


def format_moment(moment: datetime, language: str | None = "da", style: DayStyle = "long") -> str:
    """Write an instant as Copenhagen's day and time: `22. november 2026 kl. 18.30`, `22 November 2026, 18:30`."""
    joint = ", " if _tongue(language) == "en" else " "
    return f"{format_day(moment, language, style)}{joint}{format_time(moment, language)}"


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    return moment.astimezone(COPENHAGEN)
