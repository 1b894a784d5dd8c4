"""The forms of the desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.privacy.actions.look_up import PURPOSES

LONGEST = 8000


class AnswerForm(forms.Form):
    """An answer by mail, or a note that stays here."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST,
        help_text=_("Goes out by mail as you write it, with a greeting before it and our name after it."),
        widget=forms.Textarea(attrs={"rows": 9}),
    )

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\x00", "").replace("\r\n", "\n").strip()


class LookUpForm(forms.Form):
    """Whom, and what for. The purpose has no default: somebody has to think about it."""

    q = forms.CharField(label=_("E-mail address or order"), max_length=254)
    purpose = forms.ChoiceField(label=_("What do you look it up for?"), choices=[("", "–"), *PURPOSES.items()])

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"]).strip()
