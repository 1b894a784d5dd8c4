"""The form for a request of a public authority."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.privacy.insight.words import CATEGORIES
from conbillet.privacy.package_contents import categories_that_can_be_asked_for
from conbillet.web.fields import DayField

MOST_PERSONS = 20


class AuthorityForm(forms.Form):
    """What the authority wrote, and exactly which data its ground covers. Nothing is chosen beforehand."""

    authority = forms.CharField(label=_("Authority"), max_length=160)
    their_reference = forms.CharField(label=_("Their reference"), max_length=80, required=False)
    legal_ground = forms.CharField(
        label=_("Legal ground"),
        max_length=240,
        help_text=_("For example a court's order of disclosure (retsplejeloven § 804), with its number and day."),
    )
    text = forms.CharField(label=_("What they ask for"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    received_on = DayField(label=_("Received on"))
    emails = forms.CharField(
        label=_("Whom they ask about"),
        max_length=2000,
        help_text=_("E-mail addresses, one in each line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    categories = forms.MultipleChoiceField(
        label=_("What the ground covers"),
        choices=[],
        help_text=_("In the words that the person reads about themselves."),
        widget=forms.CheckboxSelectMultiple,
    )
    from_date = DayField(label=_("From"), required=False)
    to_date = DayField(label=_("To"), required=False)
    silence_why = forms.CharField(
        label=_("Why the persons must not be told yet"),
        max_length=1000,
        required=False,
        help_text=_("Leave empty, and they are told at once when the data is handed over."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    silence_until = DayField(label=_("Not before the day after"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["categories"]
        field.choices = [(name, CATEGORIES.get(name, name)) for name in categories_that_can_be_asked_for()]

    def clean_emails(self) -> list[str]:
        emails = [
            line.strip() for line in str(self.cleaned_data["emails"]).replace(",", "\n").splitlines() if line.strip()
        ]
        if len(emails) > MOST_PERSONS:
            raise forms.ValidationError(_("At most %(most)d persons in one request.") % {"most": MOST_PERSONS})
        for email in emails:
            forms.EmailField().clean(email)
        return emails

    def clean_categories(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["categories"])


class SilenceForm(forms.Form):
    """Why the persons must be told later still, and until when."""

    silence_why = forms.CharField(
        label=_("Why the persons must not be told yet"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    silence_until = DayField(label=_("Not before the day after"))
