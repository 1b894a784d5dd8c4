"""The forms of a conversation. Their fields are few: who writes in a chat wants to write."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.support.actions.say import LONGEST
from conbillet.web.fields import EmailAddressField, PersonNameField


class MessageForm(forms.Form):
    """What somebody says. How long it may be is said by the verb, in words; the box only keeps from typing further."""

    text = forms.CharField(
        label=_("Your message"),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": str(LONGEST), "dir": "auto"}),
    )


class BeginForm(MessageForm):
    """The first message. `nickname_twice` is bait: people do not see it, robots fill it in."""

    name = PersonNameField(label=_("What may we call you?"), required=False, max_length=80)
    nickname_twice = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )
    field_order = ["text", "name"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].widget.attrs["rows"] = 5
        self.fields["text"].help_text = _("Please leave out social security numbers and card numbers.")

    @property
    def is_bait_taken(self) -> bool:
        return bool(self.data.get("nickname_twice"))


class AddressForm(forms.Form):
    """Where the answer goes when nobody is there."""

    email = EmailAddressField(help_text=_("The answer is sent here. Check it once more."))
    name = PersonNameField(label=_("Name"), required=False, max_length=80)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "auto_id": "by_mail_%s"})  # several forms on one page have a name


class RenameForm(forms.Form):
    """Another name on one of the order's tickets."""

    participant = forms.TypedChoiceField(label=_("Whose ticket?"), coerce=int)
    name = PersonNameField(label=_("The new name"))

    def __init__(self, *args: Any, people: Any = (), **options: Any) -> None:
        super().__init__(*args, **{**options, "auto_id": "rename_%s"})
        field: Any = self.fields["participant"]
        field.choices = [(one.pk, one.name or "–") for one in people]
