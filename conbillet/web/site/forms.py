"""The forms of the help page."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.support.models import Case
from conbillet.web.fields import EmailAddressField, PersonNameField

LONGEST = 4000


class ContactForm(forms.Form):
    """What somebody wants to say. `nickname_twice` is bait: people do not see it, robots fill it in."""

    kind = forms.ChoiceField(label=_("What is it about?"), choices=[("", _("Choose …")), *Case.Kind.choices])
    event = forms.ChoiceField(label=_("Which event?"), required=False)
    name = PersonNameField(required=False)
    email = EmailAddressField(help_text=_("The answer is sent here. Check it once more."))
    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST,
        help_text=_(
            "An order number helps, if you have one. Please leave out social security numbers and card numbers."
        ),
        widget=forms.Textarea(attrs={"rows": 7, "maxlength": str(LONGEST)}),
    )
    nickname_twice = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )

    def __init__(self, *args: Any, events: Sequence[Event] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.events = {event.reference: event for event in events}
        field: Any = self.fields["event"]
        field.choices = [
            ("", _("None in particular")),
            *((event.reference, f"{event.name} – {event.organization.name}") for event in events),
        ]

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\x00", "").replace("\r\n", "\n").strip()
        if len(text) < 3:
            raise ValidationError(_("Write a few words, so that we can help you."), code="short")
        return text

    @property
    def is_bait_taken(self) -> bool:
        return bool(self.data.get("nickname_twice"))

    @property
    def chosen_event(self) -> Event | None:
        return self.events.get(self.cleaned_data.get("event", ""))


class FindOrderForm(forms.Form):
    email = EmailAddressField(
        help_text=_("The address that you gave when you bought, or that your friend gave for you.")
    )


class CaseAddressForm(forms.Form):
    """Which address the data is under; a code goes there."""

    email = EmailAddressField(
        label=_("The address that the data is under"),
        help_text=_("The one that was given when somebody bought or signed up. We send a code there."),
    )
    for_child = forms.BooleanField(label=_("I ask for my child, who is under fifteen"), required=False)


class CaseCodeForm(CaseAddressForm):
    """The code that was sent there. The address comes along: the code fits no other."""

    code = forms.CharField(
        label=_("The code from the mail"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("email", "for_child"):
            self.fields[name].widget = forms.HiddenInput()


class PackageCodeForm(forms.Form):
    """What our staff gave somebody whom they have checked."""

    number = forms.CharField(label=_("Number"), max_length=40)
    code = forms.CharField(label=_("Code"), max_length=40)
