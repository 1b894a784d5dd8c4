"""CPR numbers: ten digits, a real day of birth, a believable age.

Modulus 11 is not enforced: since 2007 numbers are given out that do not fit it (cpr.dk, "Personnumre uden kontrolciffer").
"""

from datetime import date

from django.utils.translation import gettext_lazy as _
from stdnum.dk import cpr as standard
from stdnum.exceptions import ValidationError as NotANumber

from conbillet.core.clock import age_on

OLDEST = 120


class NotACprNumber(Exception):
    """What was typed cannot be a CPR number. The message never repeats it."""

    message = _(
        "That is not a CPR number. It has ten digits and begins with the date of birth, for example 010170-1234."
    )


def read_cpr(typed: str, *, today: date) -> str:
    """Ten digits. Raises NotACprNumber: wrong length, an impossible day, in the future, or more than 120 years ago."""
    try:
        number = standard.compact(typed)
        if not (number.isascii() and number.isdigit() and len(number) == 10):
            raise NotACprNumber
        born = birth_date_of(number)
    except (NotANumber, ValueError):
        raise NotACprNumber from None
    if born > today or age_on(born, today) > OLDEST:
        raise NotACprNumber
    return number


def birth_date_of(number: str) -> date:
    """The day of birth that the first seven digits say."""
    born: date = standard.get_birth_date(number)
    return born


def masked(number: str) -> str:
    return f"{number[:6]}-****"
