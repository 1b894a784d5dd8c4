"""What reasons, bands and columns are called in documents and on pages."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conbillet.core.formats import format_day_of_year
from conbillet.core.postcodes import municipality_name

from ..counting.count import ABROAD, UNKNOWN, UNKNOWN_BAND

_AGE = re.compile(r"AGE_(?P<below>BELOW_)?(?P<age>[0-9]+)(_ON_(?P<month>[0-9]{2})-(?P<day>[0-9]{2}))?")
REASONS: dict[str, Any] = {
    "NO_BIRTH_DATE": gettext_lazy("no date of birth"),
    "NOT_RESIDENT_DK": gettext_lazy("does not live in Denmark"),
    "OTHER_MUNICIPALITY": gettext_lazy("lives in another municipality"),
    "NO_DUES": gettext_lazy("no dues"),
    "NOT_PAID": gettext_lazy("the dues are not paid"),
    "DISPUTE_LOST": gettext_lazy("the bank took the dues back"),
    "REFUNDED": gettext_lazy("the dues were given back"),
    "DUES_NOT_SEPARATE": gettext_lazy("the dues are no line of their own"),
    "PAYER_NOT_PERSONAL": gettext_lazy("not paid by the member, a parent or a guardian"),
    "PAYER_NOT_ALLOWED": gettext_lazy("paid by somebody whose dues do not count"),
    "COUNTED_ALREADY": gettext_lazy("entered twice: counts under another number"),
    "PERIOD_CROSSES_YEAR": gettext_lazy("the period crosses New Year"),
    "PAID_OUTSIDE_YEAR": gettext_lazy("paid in another calendar year"),
    "NO_PERIOD": gettext_lazy("no membership in that year"),
    "JOINED_TOO_LATE": gettext_lazy("joined too late in the year"),
    "PERIOD_TOO_SHORT": gettext_lazy("a member for too short a time"),
    "WARN_PERIOD_CROSSES_YEAR": gettext_lazy("counts, but the period crosses New Year: ask the grant body"),
}


def reason_text(code: str) -> str:
    """A reason code in words."""
    if age := _AGE.fullmatch(code):
        day = date(2000, int(age["month"] or 12), int(age["day"] or 31))
        text = _("younger than %(age)s years on %(day)s") if age["below"] else _("%(age)s years or older on %(day)s")
        return text % {"age": age["age"], "day": format_day_of_year(day, get_language())}
    if code.startswith("BELOW_"):
        return _("less than %(amount)s kr. was paid") % {"amount": code.removeprefix("BELOW_")}
    return str(REASONS.get(code, code))


def municipality_text(code: str) -> str:
    """The name of a municipality, with the two that are none."""
    if code == ABROAD:
        return _("Abroad")
    if code == UNKNOWN:
        return _("Not known")
    return municipality_name(code) or code


def largest_first(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    """Codes with their counts, the largest first; the database keeps no order of names."""
    return sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))


def band_text(band: str) -> str:
    return _("not known") if band == UNKNOWN_BAND else band
