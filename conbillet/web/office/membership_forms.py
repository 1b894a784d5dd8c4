"""The forms for membership types, for their sale without an event, and for activities."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conbillet.memberships.actions.enter_activity import MOST
from conbillet.memberships.models import MembershipType, PeriodKind
from conbillet.memberships.type_values import MOST_GRACE_DAYS, MOST_REMIND_DAYS, BadMembershipType
from conbillet.web import fields
from conbillet.web.amounts import AmountField

from .event_forms import day_field, number_field

FIELDS = ("name_da", "name_en", "period_kind", "grace_days", "fixed_from", "fixed_to", "remind_days")


class MembershipTypeForm(forms.Form):
    """Only the fields that belong to the chosen kind of period count; the others are left empty."""

    name_da = fields.LineField(label=_("Name in Danish"), max_length=80)
    name_en = fields.LineField(label=_("Name in English"), max_length=80, required=False)
    period_kind = forms.ChoiceField(
        label=_("Which days does it cover?"),
        widget=forms.RadioSelect,
        choices=[
            (PeriodKind.CALENDAR_YEAR, _("From the purchase to 31 December (counts for grants)")),
            (PeriodKind.ROLLING_12M, _("Twelve months from the purchase")),
            (PeriodKind.CALENDAR_YEAR_PLUS_GRACE, _("To 31 December, and some days into the next year")),
            (PeriodKind.FIXED_DATES, _("From one fixed day to another")),
        ],
        initial=PeriodKind.CALENDAR_YEAR,
    )
    grace_days = forms.IntegerField(
        label=_("Days into the next year"), min_value=0, max_value=MOST_GRACE_DAYS, required=False
    )
    fixed_from = day_field(label=_("First day"), required=False)
    fixed_to = day_field(label=_("Last day"), required=False)

    remind_days = forms.IntegerField(
        label=_("Tell members by mail, so many days before their membership ends"),
        min_value=0,
        max_value=MOST_REMIND_DAYS,
        required=False,
        initial=30,
        help_text=_("0: no mail. One mail for each period, about that and nothing else; everybody can say no to more of them."),
    )

    def clean_remind_days(self) -> int:
        return self.cleaned_data["remind_days"] or 0

    def clean_grace_days(self) -> int:
        return self.cleaned_data["grace_days"] or 0

    def refuse(self, refusal: BadMembershipType) -> None:
        self.add_error(refusal.field, str(refusal.message))


class SaleForm(forms.Form):
    """What each type costs when it is sold without an event; what is left empty is not sold."""

    use_required_attribute = False

    def __init__(self, *args: Any, types: Sequence[MembershipType], **options: Any) -> None:
        super().__init__(*args, **options)
        self.types = types
        english = get_language() == "en"
        for one in types:
            name = (one.name_en if english else "") or one.name_da
            self.fields[f"amount_{one.pk}"] = AmountField(label=name, required=False)

    def offers(self) -> list[tuple[MembershipType, int]]:
        """Each type that has a price, with it, in øre."""
        prices = [(one, self.cleaned_data[f"amount_{one.pk}"]) for one in self.types]
        return [(one, amount) for one, amount in prices if amount is not None]


class ActivityForm(forms.Form):
    """A number of people, and nobody's name."""

    held_on = day_field(label=_("Day"))
    name = fields.LineField(label=_("What was held?"), max_length=120)
    place = fields.LineField(label=_("Where?"), max_length=120, required=False)
    participants = number_field(0, MOST, label=_("How many came?"))

    use_required_attribute = False


def values_of(membership_type: MembershipType) -> dict[str, object]:
    return {name: getattr(membership_type, name) for name in FIELDS}
