"""Kroner as people type them."""

import re

from django.utils.translation import gettext_lazy as _

from conbillet.core.money import LARGEST_AMOUNT

_PLAIN = re.compile(r"(\d+)(?:[.,](\d{1,2}))?")
_GROUPED = re.compile(
    r"(\d{1,3}(?:\.\d{3})+)(?:,(\d{1,2}))?|(\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))|(\d{1,3}(?: \d{3})+)(?:[.,](\d{1,2}))?"
)


class BadAmount(ValueError):
    """What was typed is no amount of money that we believe. The message is fit for the visitor."""


def parse_amount(text: str) -> int:
    """Øre of `275`, `275,50`, `275.5`, `1.234,50`, `1,234.50`, `75,-` or `kr. 75`. Raises BadAmount.

    A single point before exactly three digits is the Danish thousands' point: `1.234` is 1,234 kroner.
    """
    bare = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()).lower()
    bare = re.sub(r"^(kr\.?|dkk)\s*|\s*(kr\.?|dkk)$", "", bare)
    bare = re.sub(r",-+$", "", bare)
    if not bare or not bare.isascii() or len(bare) > 24:
        raise BadAmount(_("Write an amount in kroner, for example 275 or 27,50."))
    if re.fullmatch(r"[-−]\s*[\d.,]+", bare):
        raise BadAmount(_("An amount cannot be negative."))
    match = _GROUPED.fullmatch(bare) or _PLAIN.fullmatch(bare)
    if match is None:
        raise BadAmount(_("Write an amount in kroner, for example 275 or 27,50."))
    whole, minor = next(
        (match[group], match[group + 1]) for group in range(1, len(match.groups()) + 1, 2) if match[group]
    )
    amount = int(re.sub(r"[., ]", "", whole)) * 100 + int((minor or "0").ljust(2, "0"))
    if amount > LARGEST_AMOUNT:
        raise BadAmount(_("That is more than we dare to believe. Is there a digit too many?"))
    return amount


def typed_amount(amount: int) -> str:
    """The shortest way to type an amount in øre, in Danish: `275`, `27,50`."""
    whole, minor = divmod(amount, 100)
    return f"{whole},{minor:02d}" if minor else str(whole)
