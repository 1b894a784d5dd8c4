"""What is counted: the steps to a ticket, why a step was refused, which fields were in the way, and the site's own pages.

These lists are closed. The counters take nothing that is not in them, so nothing that a visitor sends can get in.
"""

import re
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """Where somebody is on the way to a ticket; the last four are not steps, but where the way ended."""

    ORGANIZATION = "organization", _("Opened the association's page")
    EVENT = "event", _("Opened the event's page")
    CART = "cart", _("Put something in the cart")
    CHECKOUT = "checkout", _("Opened the checkout")
    DETAILS = "details", _("Filled it in and pressed buy")
    ORDER = "order", _("Ordered, on to payment")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Was refused")
    FAULT = "fault", _("A field was not right")
    GAVE_UP = "gave_up", _("Came back from the payment page without paying")
    LEFT = "left", _("Gave the order up")


FUNNEL = (Step.EVENT, Step.CART, Step.CHECKOUT, Step.DETAILS, Step.ORDER, Step.PAID)


class SitePage(models.TextChoices):
    """ConBillet's own pages, those of no association."""

    FRONT = "front", _("Front page")
    POLICY = "policy", _("Privacy policy")
    TERMS = "terms", _("Terms of sale")
    COOKIES = "cookies", _("Cookies")
    HELP = "help", _("Help")
    NEWSLETTER = "newsletter", _("News from ConBillet")


# Why something was refused, by the name of the refusal (`reason_of`), as the association reads it.
REASONS: dict[str, Any] = {
    "product_sold_out": _("Sold out, or too few left"),
    "places_gone": _("The time ran out, and somebody else got the place"),
    "late_money": _("Paid after the time had run out, when the places were gone; the money went back"),
    "too_late_to_pay": _("Wanted to pay after the time had run out"),
    "sales_closed": _("Not for sale at that time"),
    "no_longer_for_sale": _("Taken from sale while it lay in the cart"),
    "unknown_product": _("Not sold at this event"),
    "too_many": _("More than one order may hold"),
    "too_much": _("More than one order may hold, found at the checkout"),
    "beyond_belief": _("A total that nobody believes"),
    "nothing_chosen": _("Nothing was chosen"),
    "bad_quantity": _("The number was none, or too high"),
    "bad_donation": _("A donation below the smallest amount"),
    "too_often": _("Too much was put in carts from one network"),
    "cart_empty": _("The cart was empty"),
    "other_window": _("The cart was changed in another window"),
    "person_missing": _("It was not said whose a thing is"),
    "wrong_age": _("The age did not fit the ticket"),
    "amount_changed": _("The total had changed meanwhile and had to be shown anew"),
    "method_not_offered": _("That way to pay is not offered"),
    "not_by_card": _("Too little, or too much, for a card"),
    "transfer_too_late": _("Too late for a bank transfer"),
    "checkout_unavailable": _("The association cannot take payments by card yet"),
    "checkout_failed": _("Stripe refused to begin the payment"),
    "checkout_unknown": _("Stripe did not answer"),
    "other": _("Something else"),
}

# Fields of the checkout that were not filled in as they should be: which ones, never what stood in them.
FIELDS: dict[str, Any] = {
    "buyer_name": _("The buyer's name"),
    "buyer_email": _("The buyer's e-mail"),
    "buyer_street": _("The buyer's street and number"),
    "buyer_postcode": _("The buyer's postcode"),
    "buyer_city": _("The buyer's town"),
    "buyer_country": _("The buyer's country"),
    "buyer_method": _("How to pay"),
    "person_whose": _("Who somebody is"),
    "person_name": _("A person's name"),
    "person_email": _("A person's e-mail"),
    "person_badge_name": _("The name on the badge"),
    "person_birth_date": _("The date of birth"),
    "person_gender": _("The gender"),
    "person_same_address": _("Lives at the same address"),
    "person_street": _("A person's street and number"),
    "person_postcode": _("A person's postcode"),
    "person_city": _("A person's town"),
    "person_country": _("A person's country"),
    "person_relation": _("Who pays the membership"),
    "person_municipality": _("A person's municipality"),
    "other": _("Something else"),
}

_DETAILS = {Step.REFUSED.value: REASONS, Step.FAULT.value: FIELDS}
_LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


def reason_of(refusal: Exception | type[Exception]) -> str:
    """The reason for which a refusal is counted: `ProductSoldOut` → `product_sold_out`. Its message is not looked at."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    name = _HUMP.sub("_", kind.__name__).lower()
    return name if name in REASONS else "other"


def known_detail(step: str, detail: str) -> str:
    """The detail, if the step has one of that name; `other` for any that is not known, and none where there are none."""
    known = _DETAILS.get(step)
    if known is None:
        return ""
    return detail if detail in known else "other"


def known_language(language: str) -> str:
    """One of the site's languages."""
    return language if language in _LANGUAGES else settings.LANGUAGE_CODE


def detail_choices() -> list[tuple[str, Any]]:
    """All details, for the model: a function, so that a new word needs no migration."""
    return [("", ""), *{**REASONS, **FIELDS}.items()]
