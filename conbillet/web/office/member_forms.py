"""Forms of the register: finding, entering, dues, leaving, the file."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.core.clock import COPENHAGEN
from conbillet.core.people import PayerRelation
from conbillet.core.postcodes import municipalities
from conbillet.memberships import register
from conbillet.memberships.actions.enter_dues import EnteredDues
from conbillet.memberships.importing.read import decode
from conbillet.memberships.member_values import FIELDS, MemberValues
from conbillet.memberships.models import Member, MembershipType
from conbillet.memberships.places import choices_for
from conbillet.web import fields
from conbillet.web.amounts import AmountField

from .event_forms import day_field

STATES = [
    ("", _("Everybody")),
    (register.NOW, _("Members today")),
    (register.BEFORE, _("Not members today")),
    (register.LEFT, _("Have left, or will")),
    (register.UNPAID, _("With unpaid dues")),
    (register.DOUBLES, _("Possibly entered twice")),
    (register.NO_MUNICIPALITY, _("Without a municipality")),
]
SORTS = [("name", _("By name")), ("number", _("By number")), ("newest", _("Newest first"))]
METHODS = [("", _("Not stated")), ("transfer", _("Bank transfer")), ("mobilepay", "MobilePay"), ("cash", _("Cash"))]
LONGEST_FILE = 2_000_000  # what a page brings along between looking and storing; larger files by the command line


class MemberFindForm(forms.Form):
    """What the register is narrowed down to. Wrong values count as none."""

    q = forms.CharField(label=_("Name, e-mail or number"), required=False, max_length=register.LONGEST_SEARCH)
    state = forms.ChoiceField(label=_("Who"), required=False, choices=STATES)
    sort = forms.ChoiceField(label=_("Order by"), required=False, choices=SORTS)

    def wanted(self) -> register.MemberFilter:
        self.is_valid()
        chosen = self.cleaned_data
        return register.MemberFilter(chosen.get("q", ""), chosen.get("state", ""), chosen.get("sort") or "name")

    @property
    def narrowed(self) -> bool:
        wanted = self.wanted()
        return bool(wanted.text or wanted.state)


class MemberForm(forms.Form):
    """What the register holds of a member."""

    name = fields.PersonNameField()
    birth_date = fields.BirthDateField(required=False)
    gender = fields.GenderField(required=False)
    street = fields.StreetField(required=False)
    postcode = fields.PostcodeField(required=False)
    city = fields.CityField(required=False)
    country = fields.CountryField(required=False)
    municipality_code = forms.ChoiceField(
        label=_("Municipality"),
        required=False,
        choices=[("", _("Found from the postcode")), *municipalities()],
        help_text=_("A postcode can lie in several municipalities. Choose it where you know better."),
    )
    email = fields.EmailAddressField(required=False)
    phone = fields.PhoneField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        country, postcode = self["country"].value() or "DK", str(self["postcode"].value() or "")
        if likely := choices_for(country=country, postcode=postcode):
            field = self.fields["municipality_code"]
            here = _("Postcode %(postcode)s lies in") % {"postcode": postcode}
            others = [one for one in municipalities() if one not in likely]
            field.choices = [("", _("Not known: choose one")), (here, list(likely)), (_("Others"), others)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        fields.clean_address(self)
        return self.cleaned_data

    def values(self) -> MemberValues:
        chosen = {name: self.cleaned_data.get(name) or "" for name in FIELDS if name != "birth_date"}
        return MemberValues(
            **{**chosen, "country": chosen["country"] or "DK"}, birth_date=self.cleaned_data["birth_date"]
        )


def initial_of(member: Member) -> dict[str, Any]:
    return {name: getattr(member, name) for name in FIELDS}


class HouseholdForm(forms.Form):
    lives_with = forms.CharField(label=_("Lives with member number"), max_length=20)

    use_required_attribute = False


class DuesForm(forms.Form):
    """A membership that was paid outside the shop."""

    membership_type = forms.ModelChoiceField(MembershipType.objects.none(), label=_("Membership"), empty_label=None)
    period_from = day_field(label=_("First day"))
    period_to = day_field(label=_("Last day"))
    amount = AmountField(label=_("Dues"))
    paid_on = day_field(label=_("Paid on"), required=False, help_text=_("Leave it empty while it is not paid."))
    payer_relation = forms.ChoiceField(label=_("Who paid?"), choices=PayerRelation.choices, initial=PayerRelation.SELF)
    payer_name = fields.PersonNameField(
        label=_("The payer's name"), required=False, help_text=_("Only if it was not the member.")
    )
    method = forms.ChoiceField(label=_("How?"), required=False, choices=METHODS)
    reference = fields.LineField(
        label=_("Where the payment can be found"), required=False, max_length=80,
        help_text=_("The bank's text, a voucher's number: an auditor asks for it."),
    )  # fmt: skip

    others = forms.BooleanField(
        label=_("The same amount for each of the others in the household"),
        required=False,
        help_text=_("Each gets a membership and dues of their own, all paid by this payment."),
    )
    others_relation = forms.ChoiceField(
        label=_("Who paid, seen from the others?"),
        choices=PayerRelation.choices,
        initial=PayerRelation.PARENT,
        required=False,
    )

    def __init__(self, *args: Any, types: Any, household: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if not household:
            del self.fields["others"], self.fields["others_relation"]
        field = self.fields["membership_type"]
        field.queryset = types  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: one.name_da  # type: ignore[attr-defined]

    def dues(self, member: Member) -> EnteredDues:
        chosen = self.cleaned_data
        paid_on = chosen["paid_on"]
        own = chosen["payer_relation"] == PayerRelation.SELF
        return EnteredDues(
            membership_type=chosen["membership_type"],
            period_from=chosen["period_from"],
            period_to=chosen["period_to"],
            amount=chosen["amount"],
            paid_at=datetime.combine(paid_on, time(12), COPENHAGEN).astimezone(UTC) if paid_on else None,
            payer_name=chosen["payer_name"] or (member.name if own else ""),
            payer_relation=chosen["payer_relation"],
            method=chosen["method"],
            reference=chosen["reference"],
        )


def dues_of_another(dues: EnteredDues, *, payer: Member, relation: str) -> EnteredDues:
    """The same dues for somebody who lives with the member; the payer is the one who paid for all."""
    return replace(dues, payer_name=dues.payer_name or payer.name, payer_relation=relation or PayerRelation.OTHER)


class LeaveForm(forms.Form):
    left_on = day_field(label=_("Last day as a member"))


class ImportForm(forms.Form):
    """A file, or its text on the way from looking to storing."""

    file = forms.FileField(
        label=_("The file (CSV)"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("Choose a file.")},
    )
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["file"].required = not (data and data.get("text"))

    def clean_file(self) -> Any:
        upload = self.cleaned_data.get("file")
        if upload is not None and upload.size > LONGEST_FILE:
            raise forms.ValidationError(
                _("The file is too large for this page. At most 2 MB; ask the operator for larger ones.")
            )
        return upload

    def content(self) -> str:
        """The file's text. Raises Unreadable."""
        upload = self.cleaned_data.get("file")
        return decode(upload.read()) if upload is not None else str(self.cleaned_data["text"])
