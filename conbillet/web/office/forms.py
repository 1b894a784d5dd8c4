"""Forms about the association itself and those who work for it."""

from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from conbillet.organizations.actions.create_organization import OrganizationDetails
from conbillet.organizations.models import RoleKind, VatStatus
from conbillet.web import fields


class StartForm(forms.Form):
    """The few questions that make an association."""

    name = fields.LineField(label=_("What is the association called?"), max_length=120)
    slug = forms.CharField(
        label=_("Its address here"),
        max_length=40,
        required=False,
        help_text=_("Leave it empty, and we make one of the name. It cannot be changed later."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    email = fields.EmailAddressField(label=_("Where do buyers write to?"), help_text=_("It stands on receipts and mails."))
    cvr = fields.CVRField(required=False)
    vat_status = forms.ChoiceField(
        label=_("Is the association registered for VAT?"),
        choices=[(VatStatus.NOT_REGISTERED, _("No, like most associations")), (VatStatus.REGISTERED, _("Yes"))],
        widget=forms.RadioSelect,
        initial=VatStatus.NOT_REGISTERED,
    )
    street = fields.StreetField(required=False)
    postcode = fields.PostcodeField(required=False, max_length=4)
    city = fields.CityField(required=False)
    accounting_year_start_month = forms.TypedChoiceField(
        label=_("When does the accounting year begin?"), choices=lambda: list(MONTHS.items()), coerce=int, initial=1
    )
    accent_colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        label=_("The association's colour"),
        help_text=_("We make it readable by ourselves, in light and in dark."),
        initial="#7c3aed",
        widget=forms.TextInput(attrs={"type": "color"}),
        error_messages={"invalid": _("Choose a colour.")},
    )

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).strip().lower()

    def clean(self) -> None:
        fields.clean_address(self)

    def details(self) -> OrganizationDetails:
        names = set(OrganizationDetails.__dataclass_fields__)
        return OrganizationDetails(**{name: value for name, value in self.cleaned_data.items() if name in names})


class SettingsForm(StartForm):
    """Everything that an association says about itself, but its address here."""

    slug = None  # type: ignore[assignment]  # Django's way of leaving a parent's field out
    phone = fields.PhoneField(required=False)
    website = forms.URLField(label=_("Website"), required=False, max_length=200, assume_scheme="https")
    about_da = forms.CharField(label=_("About the association, in Danish"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))  # fmt: skip
    about_en = forms.CharField(label=_("About the association, in English"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label = _("Name")
        self.fields["email"].label = _("E-mail that buyers write to")


class InviteForm(forms.Form):
    email = fields.EmailAddressField(label=_("Whose e-mail?"))
    kind = forms.ChoiceField(label=_("Role"), choices=RoleKind.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class RoleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Role"), choices=RoleKind.choices)
