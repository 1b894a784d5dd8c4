"""How old somebody is at a convention, as coarse as the door needs it: under 15, 15 to 17, 18 and over."""

from datetime import date
from enum import StrEnum

from conbillet.core.clock import age_on


class AgeBand(StrEnum):
    """The bands by which the door decides about wristbands. `UNKNOWN` when no date of birth was given."""

    UNKNOWN = ""
    CHILD = "0-14"
    TEENAGER = "15-17"
    ADULT = "18+"


def age_band(birth_date: date | None, first_day: date) -> AgeBand:
    """The band on the event's first day, which counts for the whole event; the age itself is not told."""
    if birth_date is None:
        return AgeBand.UNKNOWN
    age = age_on(birth_date, first_day)
    if age < 15:
        return AgeBand.CHILD
    return AgeBand.TEENAGER if age < 18 else AgeBand.ADULT
