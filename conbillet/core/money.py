"""Money: whole øre in integers, never floats. VAT as the fact sheet has it: codes per line, gross prices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

CURRENCY = "DKK"

# No price, total or donation above this is believed; a typing error should not become an order (10 million kroner).
LARGEST_AMOUNT = 1_000_000_000


class VatCode(models.TextChoices):
    """The five cases an association's sale can be in (momsloven; fact sheet section 5)."""

    STANDARD_25 = "standard_25", _("25 % VAT included")
    EXEMPT_ORG = "exempt_org_13_1_4", _("VAT exempt, VAT Act § 13(1)(4)")
    EXEMPT_CHARITY = "exempt_charity_13_1_17", _("VAT exempt, VAT Act § 13(1)(17)")
    NOT_REGISTERED = "not_registered", _("The association is not registered for VAT")
    OUTSIDE_SCOPE = "outside_scope", _("Outside the scope of VAT")


def vat_in(gross: int, code: str) -> int:
    """The VAT inside a gross amount in øre, rounded half away from zero: a fifth at 25 %, else nothing.

    A reversing (negative) line gives exactly the negative of what the line it reverses gave.
    """
    if code != VatCode.STANDARD_25:
        return 0
    vat = (abs(gross) * 2 + 5) // 10
    return vat if gross >= 0 else -vat
