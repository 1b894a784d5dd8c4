"""What the list of who comes can be narrowed down to: by the six fields' name and e-mail, age, and our own record."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Product
from conbillet.privacy import attendees
from conbillet.privacy.models import Attendee

WHO = [
    (Attendee.Kind.HOLDER, _("Those who hold something")),
    ("everybody", _("Holders and buyers")),
    (Attendee.Kind.BUYER, _("Buyers who hold nothing")),
]
INSIDE = [("", _("Inside or not")), ("in", _("Let in")), ("out", _("Not let in yet"))]
AGES = [
    ("", _("All ages")),
    ("0-14", _("Under 15 years")),
    ("15-17", _("15 to 17 years")),
    ("18-29", _("18 to 29 years")),
    ("30-59", _("30 to 59 years")),
    ("60+", _("60 years and over")),
    (attendees.AGE_UNKNOWN, _("No date of birth")),
]
SORTS = [
    ("name", _("By name")),
    ("newest", _("Newest first")),
    ("youngest", _("Youngest first")),
    ("oldest", _("Oldest first")),
    ("postcode", _("By postcode")),
]


class AttendeeForm(forms.Form):
    """Wrong values count as none, since addresses get shared and grow old; so nothing else can be sorted or asked for."""

    q = forms.CharField(label=_("Name, e-mail or order"), required=False, max_length=attendees.LONGEST_SEARCH)
    who = forms.ChoiceField(label=_("Who"), required=False, choices=WHO)
    product = forms.ChoiceField(label=_("Product"), required=False)  # its choices are those of the event
    inside = forms.ChoiceField(label=_("Check-in"), required=False, choices=INSIDE)
    age = forms.ChoiceField(label=_("Age on the first day"), required=False, choices=AGES)
    sort = forms.ChoiceField(label=_("Order by"), required=False, choices=SORTS)

    def __init__(self, data: Any, *, products: Sequence[tuple[Product, str]]) -> None:
        super().__init__(data)
        these = [("", _("All products")), *((str(product.pk), name) for product, name in products)]
        self.fields["product"] = forms.ChoiceField(label=_("Product"), required=False, choices=these)

    @property
    def narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("q", "who", "product", "inside", "age"))

    def wanted(self) -> attendees.AttendeeFilter:
        self.is_valid()
        chosen = self.cleaned_data
        product, who = chosen.get("product", ""), chosen.get("who") or Attendee.Kind.HOLDER
        return attendees.AttendeeFilter(
            text=chosen.get("q", ""), kind="" if who == "everybody" else who, product_id=int(product) if product else None,
            inside=chosen.get("inside", ""), age=chosen.get("age", ""), sort=chosen.get("sort") or "name",
        )  # fmt: skip
