"""The desk's forms about one case: what it is about, who asks, more time, and doing it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.core.data_map import IMPROVE, SERVICES
from conbillet.support.models import Case
from conbillet.web.fields import BirthDateField, EmailAddressField


class SortForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it is about"), choices=Case.Kind.choices)


class VouchForm(forms.Form):
    """How our own staff made sure who asks. The child's date of birth is looked at and not kept."""

    email = EmailAddressField(label=_("The address that the data is under"))
    how = forms.CharField(
        label=_("What you looked at"),
        max_length=400,
        help_text=_(
            "For example: they named two order numbers and what was bought in them, by phone on the number that stands in the profile. No copies and no numbers of passports or health cards."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    for_child = forms.BooleanField(label=_("A guardian asks for a child under fifteen"), required=False)
    child_born = BirthDateField(
        label=_("The child's date of birth"), required=False, help_text=_("Only checked, not kept.")
    )


class MoreTimeForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it takes longer"),
        max_length=2000,
        help_text=_("Goes to the person as you write it."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"]).replace("\x00", "").replace("\r\n", "\n").strip()


class LimitForm(forms.Form):
    """What is limited. An objection names what it is against."""

    what = forms.ChoiceField(
        label=_("What is to be limited?"),
        choices=[
            ("restriction", _("All of it: store the data, and do nothing else with it (art. 18)")),
            (f"objection:{SERVICES}", _("News by mail: an objection, followed for good (art. 21)")),
            (f"objection:{IMPROVE}", _("Being counted in statistics: an objection (art. 21)")),
        ],
        widget=forms.RadioSelect,
    )


class EraseForm(forms.Form):
    """That somebody means it; what becomes of live tickets is what the person said."""

    tickets = forms.ChoiceField(
        label=_("Their tickets for what is still to come"),
        choices=[("keep", _("stay valid, without a name")), ("void", _("become invalid; nothing is paid back"))],
        initial="keep",
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(
        label=_("They have asked for this, and I have read what will happen."),
        error_messages={"required": _("Tick this, so that nobody is deleted by accident.")},
    )

    def __init__(self, *args: Any, has_tickets: bool, **rest: Any) -> None:
        super().__init__(*args, **rest)
        if not has_tickets:
            del self.fields["tickets"]
