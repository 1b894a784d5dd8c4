"""What a visitor chose on an event's page, read from the form that it sends."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from conbillet.catalogue.amounts import BadAmount, parse_amount
from conbillet.sales.actions.add_to_cart import Wish

# `quantity_<product>`, `quantity_<product>_<variant>`, `amount_<product>`
_NAME = re.compile(r"(quantity|amount)_([0-9]{1,18})(?:_([0-9]{1,18}))?")
MOST = 100


def wishes_from(sent: Mapping[str, str]) -> tuple[list[Wish], dict[int, str]]:
    """The wishes, and sentences by product id for what is no number. Empty fields and zeros are no wishes."""
    wishes, refusals = [], {}
    for name in sent:
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        what, product, variant = match[1], int(match[2]), int(match[3]) if match[3] else None
        value = sent[name].strip()
        if what == "amount":
            if value and value != "0":
                try:
                    wishes.append(Wish(product, 1, None, parse_amount(value)))
                except BadAmount as refusal:
                    refusals[product] = str(refusal)
        elif value:
            if not (value.isascii() and value.isdigit()):
                refusals[product] = _("Choose a whole number, 0 or more.")
            elif len(value) > 4 or int(value) > MOST:
                refusals[product] = _("Choose at most %(most)s.") % {"most": MOST}
            elif int(value):
                wishes.append(Wish(product, int(value), variant))
    return wishes, refusals
