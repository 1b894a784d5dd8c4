"""The form for an association's own counting rules, one question in plain words for each thing that can be asked."""

from dataclasses import fields as columns_of
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conbillet.core.formats import format_day_of_year
from conbillet.core.people import PayerRelation
from conbillet.core.postcodes import municipalities
from conbillet.memberships.counting.assess import PERSONAL_PAYERS
from conbillet.memberships.counting.rule_sets import LAST_DAY, RuleSet
from conbillet.memberships.own_rules import OLDEST, BadRules
from conbillet.web import fields
from conbillet.web.amounts import AmountField

from .event_forms import day_field, number_field

ANYWHERE, DENMARK, HERE = "anywhere", "denmark", "here"
NO_MATTER, WARN, REFUSE = "", "warn", "refuse"


def days_of_year() -> list[tuple[str, str]]:
    """Every day of a year that every year has, as (MM-DD, its name)."""
    language = get_language()
    days = (date.fromordinal(date(2001, 1, 1).toordinal() + n) for n in range(365))
    return [(f"{day:%m-%d}", format_day_of_year(day, language)) for day in days]


def _text(day: tuple[int, int] | None) -> str:
    return "{:02}-{:02}".format(*day) if day else ""


def _day(text: str) -> tuple[int, int] | None:
    month, _dash, day = text.partition("-")
    return (int(month), int(day)) if text else None


class RulesForm(forms.Form):
    """What is left empty is not asked for."""

    name_da = fields.LineField(label=_("What are the rules called, in Danish?"), max_length=80)
    name_en = fields.LineField(label=_("And in English?"), max_length=80, required=False)
    source_da = fields.LineField(
        label=_("Where do they come from?"),
        max_length=200,
        help_text=_("The law, or the page of the grant body, with its date."),
    )
    valid_from = day_field(
        label=_("Valid from"), help_text=_("A year is counted by the newest rules that are valid on its 31 December.")
    )
    oldest = number_field(
        0, OLDEST, label=_("The oldest who count"), required=False, help_text=_("24 means: under 25.")
    )
    youngest = number_field(0, OLDEST, label=_("The youngest who count"), required=False)
    age_on = forms.ChoiceField(label=_("How old they are on"), choices=days_of_year, initial=_text(LAST_DAY))
    residence = forms.ChoiceField(
        label=_("Where must they live?"),
        widget=forms.RadioSelect,
        choices=[(ANYWHERE, _("Anywhere")), (DENMARK, _("In Denmark")), (HERE, _("In one of these municipalities"))],
        initial=ANYWHERE,
    )
    municipalities = forms.MultipleChoiceField(
        label=_("The municipalities"), required=False, choices=municipalities, widget=forms.CheckboxSelectMultiple
    )
    least_dues = AmountField(
        label=_("At least this must have been paid"),
        required=False,
        help_text=_("In whole kroner, less what was given back."),
    )
    separate_line = forms.BooleanField(
        label=_("Dues must be a line of their own, not a part of another price"), required=False, initial=True
    )
    paid_within_year = forms.BooleanField(label=_("They must be paid in the year that is counted"), required=False)
    payers = forms.MultipleChoiceField(
        label=_("Paid by"),
        required=False,
        choices=PayerRelation.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Seen from the member. Tick nobody if it does not matter."),
    )
    months = number_field(0, 12, label=_("Months of membership in a row, within the year"), required=False)
    member_on_last_day = forms.BooleanField(label=_("Being a member on 31 December will do instead"), required=False)
    joined_before = forms.ChoiceField(
        label=_("Who joins on this day or later counts next year only"),
        required=False,
        choices=lambda: [("", _("It does not matter when")), *days_of_year()],
    )
    crossing = forms.ChoiceField(
        label=_("If a period crosses New Year"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (NO_MATTER, _("It does not matter")),
            (WARN, _("It counts, with a warning")),
            (REFUSE, _("It does not count")),
        ],
        initial=NO_MATTER,
    )
    once_per_person = forms.BooleanField(
        label=_("Two entries with the same name and date of birth count once"), required=False, initial=True
    )

    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        if chosen.get("residence") == HERE and not chosen.get("municipalities"):
            self.add_error("municipalities", _("Choose at least one municipality."))
        return chosen

    def rules(self, key: str) -> RuleSet:
        """What was typed, as rules; not checked any further."""
        chosen = self.cleaned_data
        here = chosen["residence"] == HERE
        return RuleSet(
            key=key,
            name_da=chosen["name_da"],
            name_en=chosen["name_en"],
            valid_from=chosen["valid_from"],
            source_da=chosen["source_da"],
            source_en="",
            youngest=chosen["youngest"],
            oldest=chosen["oldest"],
            age_on=_day(chosen["age_on"]) or LAST_DAY,
            resident_in_denmark=chosen["residence"] == DENMARK,
            municipalities=frozenset(chosen["municipalities"]) if here else frozenset(),
            least_dues=chosen["least_dues"] or 0,
            separate_line=chosen["separate_line"],
            payers=frozenset(chosen["payers"]),
            paid_within_year=chosen["paid_within_year"],
            months=chosen["months"] or 0,
            member_on_last_day=chosen["member_on_last_day"],
            joined_before=_day(chosen["joined_before"]),
            warn_period_crosses_year=chosen["crossing"] == WARN,
            refuse_period_crosses_year=chosen["crossing"] == REFUSE,
            once_per_person=chosen["once_per_person"],
        )

    def refuse(self, refusal: BadRules) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal.message))


def initial_of(rules: RuleSet) -> dict[str, Any]:
    """The form's values for rules that are there: an older version, or one that comes with the program."""
    values = {
        column.name: getattr(rules, column.name) for column in columns_of(rules) if column.name in RulesForm.base_fields
    }
    return {
        **values,
        "age_on": _text(rules.age_on),
        "joined_before": _text(rules.joined_before),
        "least_dues": rules.least_dues or None,
        "months": rules.months or None,
        "residence": HERE if rules.municipalities else DENMARK if rules.resident_in_denmark else ANYWHERE,
        "municipalities": sorted(rules.municipalities),
        "payers": sorted(PERSONAL_PAYERS if rules.personal_payer else rules.payers),
        "crossing": REFUSE
        if rules.refuse_period_crosses_year
        else WARN
        if rules.warn_period_crosses_year
        else NO_MATTER,
    }
