"""Forms about child-protection certificates."""

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.certificates.models import CertificateScheme
from conbillet.web.fields import LineField


class SchemeForm(forms.Form):
    """What the certificates are for. Nothing is chosen beforehand."""

    purpose = LineField(
        label=_("What the certificates are for"),
        max_length=240,
        help_text=_(
            "Whoever is asked reads this. For example: leaders of the children's room, who are alone with children."
        ),
    )
    basis = forms.ChoiceField(label=_("Legal basis"), choices=CertificateScheme.Basis.choices, widget=forms.RadioSelect)


class RevealForm(forms.Form):
    reason = LineField(
        label=_("Why you need to see it"),
        max_length=240,
        help_text=_("The person reads it among their own data. For example: typing it into the police's form."),
    )


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came back"),
        choices=[("clear", _("A certificate without remarks")), ("remarks", _("A certificate with remarks"))],
        widget=forms.RadioSelect,
    )
    forget_now = forms.BooleanField(
        label=_("Delete the number now"),
        required=False,
        initial=True,  # verified and forgotten, unless somebody still needs it
        help_text=_("Otherwise it goes by itself after 30 days."),
    )
