"""The small forms on the pages of orders and tickets."""

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.web.fields import EmailAddressField, PersonNameField


class EmailForm(forms.Form):
    """A mistyped address, corrected."""

    email = EmailAddressField(label=_("The right e-mail address"))


class BadgeForm(forms.Form):
    """What stands on the badge."""

    badge_name = PersonNameField.badge()
