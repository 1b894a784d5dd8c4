"""What reasons, bands and columns are called in documents and on pages."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conbillet.core.postcodes import municipality_name

from ..counting.count import ABROAD, UNKNOWN, UNKNOWN_BAND

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
    "PAID_OUTSIDE_YEAR": gettext_lazy("paid in another calendar year"),
    "NO_PERIOD": gettext_lazy("no membership in that year"),
    "JOINED_TOO_LATE": gettext_lazy("joined too late in the year"),
    "PERIOD_TOO_SHORT": gettext_lazy("a member for too short a time"),
    "WARN_PERIOD_CROSSES_YEAR": gettext_lazy("counts, but the period crosses New Year: ask the grant body"),
}


def reason_text(code: str) -> str:
    """A reason code in words."""
    if code.startswith("AGE_"):
        return _("%(age)s years or older on 31 December") % {"age": code.removeprefix("AGE_")}
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
