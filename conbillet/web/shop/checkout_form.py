"""The two forms of the checkout: who buys, and (once for each) the people whom the things are for.

A form is bound when the visitor wants to buy; otherwise (a cart that is being changed, another assignment) what was
typed is shown again without judging it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core.people import PayerRelation
from conbillet.memberships.places import choices_for
from conbillet.sales.actions.place_order import PersonDetails
from conbillet.sales.models import Order
from conbillet.web.fields import (
    BirthDateField,
    CityField,
    CountryField,
    EmailAddressField,
    GenderField,
    PersonNameField,
    PostcodeField,
    StreetField,
    clean_address,
)

ADDRESS = ("street", "postcode", "city", "country")
DOCUMENTATION = ("gender", "same_address", *ADDRESS, "relation", "municipality")
NOT_KNOWN = "?"
ME, OTHER = "me", "other"


@dataclass(frozen=True)
class Needs:
    """What has to be known about a person: the date of birth for an age rule, everything for a membership's record."""

    birth_date: bool = False
    documentation: bool = False


class _Form(forms.Form):
    """Errors come from the server, in our words, so the browser's own bubbles are left out."""

    use_required_attribute = False

    def __init__(
        self,
        sent: Mapping[str, str] | None,
        *,
        judge: bool,
        prefix: str,
        initial: dict[str, Any],
        without: Collection[str],
    ) -> None:
        # What is not asked for is left out before Django copies the fields: copying takes longest.
        kept = {name: field for name, field in type(self).base_fields.items() if name not in without}
        self.base_fields = kept  # type: ignore[misc]  # Django copies what it finds there
        if sent is not None and not judge:
            typed = {name: sent.get(f"{prefix}-{name}") for name in self.base_fields}
            initial = {**initial, **{name: value for name, value in typed.items() if value is not None}}
            # A box that is not ticked sends nothing; radio buttons neither.
            initial |= {
                name: f"{prefix}-{name}" in sent
                for name, field in self.base_fields.items()
                if isinstance(field, forms.BooleanField)
            }
        super().__init__(sent if judge else None, prefix=prefix, initial=initial)


class BuyerForm(_Form):
    """Who buys and pays."""

    name = PersonNameField(label=_("Your name"), error_messages={"required": _("Write your name.")})
    email = EmailAddressField(label=_("Your e-mail"), help_text=_("The tickets are sent here."))
    street = StreetField(error_messages={"required": _("Write the street and number.")})
    postcode = PostcodeField(error_messages={"required": _("Write the postcode.")})
    city = CityField(error_messages={"required": _("Write the town.")})
    country = CountryField()
    method = forms.ChoiceField(label=_("How do you want to pay?"), widget=forms.RadioSelect)

    def __init__(
        self,
        sent: Mapping[str, str] | None,
        *,
        judge: bool,
        methods: list[tuple[str, Any]],
        address_needed: bool,
        initial: dict[str, Any],
    ) -> None:
        super().__init__(
            sent,
            judge=judge,
            prefix="buyer",
            initial={"method": methods[0][0] if methods else Order.Method.CARD, **initial},
            without=() if len(methods) > 1 else ("method",),
        )
        self.fields["email"].error_messages["required"] = _("Write your e-mail.")
        for name in ("street", "postcode", "city"):
            self.fields[name].required = address_needed
        if "method" in self.fields:
            self.fields["method"].choices = methods  # type: ignore[attr-defined]
        if not address_needed:
            self.fields["street"].help_text = _("Only if you want it on your receipt.")

    def clean(self) -> dict[str, Any]:
        clean_address(self)
        return self.cleaned_data

    def details(self, person: Person | None) -> PersonDetails:
        data = self.cleaned_data
        return PersonDetails(
            name=data["name"],
            email=data["email"],
            **{name: data.get(name, "") for name in ADDRESS[:3]},
            country=data.get("country") or "DK",
            person_id=person.pk if person else None,
        )


class PersonForm(_Form):
    """Somebody whom things are for. The first can be the buyer, so that nothing is typed twice."""

    whose = forms.ChoiceField(
        label=_("Who is this?"),
        choices=[(ME, _("Myself")), (OTHER, _("Somebody else"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether this is you.")},
    )
    name = PersonNameField(error_messages={"required": _("Write the name.")})
    email = EmailAddressField(
        label=_("E-mail"),
        required=False,
        help_text=_("Then the person gets the ticket too. Leave it empty to pass it on yourself."),
    )
    badge_name = PersonNameField.badge()
    birth_date = BirthDateField(error_messages={"required": _("Write the date of birth.")})
    gender = GenderField(error_messages={"required": _("Choose one. You need not say.")})
    same_address = forms.BooleanField(label=_("Lives at the same address as the buyer"), required=False)
    street = StreetField(error_messages={"required": _("Write the street and number.")})
    postcode = PostcodeField(error_messages={"required": _("Write the postcode.")})
    city = CityField(error_messages={"required": _("Write the town.")})
    country = CountryField()
    municipality = forms.ChoiceField(
        label=_("Municipality"),
        error_messages={"required": _("The postcode lies in several municipalities. Choose yours.")},
        help_text=_("The association's grants are counted by municipality."),
    )
    relation = forms.ChoiceField(
        label=_("Who pays this membership?"),
        choices=[("", _("Choose …")), *PayerRelation.choices],
        error_messages={"required": _("Say who pays.")},
        help_text=_(
            "Seen from the member. Only what the member, a parent, a step-parent or a guardian pays counts when the association applies for grants."
        ),
    )

    def __init__(
        self, sent: Mapping[str, str] | None, *, key: str, judge: bool, needs: Needs, initial: dict[str, Any]
    ) -> None:
        self.key, self.needs, self.can_be_buyer = key, needs, key == "1"
        without: tuple[str, ...] = () if self.can_be_buyer else ("whose",)
        if not needs.documentation:
            without += DOCUMENTATION if needs.birth_date else (*DOCUMENTATION, "birth_date")
        super().__init__(sent, judge=judge, prefix=f"p{key}", initial=initial, without=without)
        # Autofill knows one person only, the one who types; and the buyer's own name and address are asked below.
        for name in self.fields if not self.can_be_buyer else ("name", "email", *ADDRESS, "relation"):
            if name in self.fields:
                self.fields[name].widget.attrs["autocomplete"] = "off"
        if needs.documentation:
            self.fields["city"].widget.attrs["data-town"] = ""
            self.fields["country"].widget.attrs["data-country"] = ""
            self._ask_where(sent or {})

        if judge:
            self._ask_what_is_open(sent or {})

    def _ask_where(self, sent: Mapping[str, str]) -> None:
        """The municipality is asked for only where the postcode lies in several (which only an official table tells)."""
        at_buyers = self.is_buyer or f"{self.prefix}-same_address" in sent
        at = "buyer" if at_buyers else self.prefix
        postcode = "".join(sent.get(f"{at}-postcode", "").upper().split()).removeprefix("DK-").removeprefix("DK")
        likely = choices_for(country=sent.get(f"{at}-country") or "DK", postcode=postcode)
        if not likely:
            del self.fields["municipality"]
            return
        self.fields["municipality"].choices = [("", _("Choose …")), *likely, (NOT_KNOWN, _("I do not know"))]  # type: ignore[attr-defined]

    def _ask_what_is_open(self, sent: Mapping[str, str]) -> None:
        """Whoever is the buyer has name, address and payment below; whoever lives with the buyer has the address there."""
        known = ["name", *ADDRESS, "relation"] if self.is_buyer else []
        if f"{self.prefix}-same_address" in sent:
            known += ADDRESS
        for name in known:
            if name in self.fields:
                self.fields[name].required = False

    @property
    def is_buyer(self) -> bool:
        """Whether this is the one who buys, as far as is known."""
        said = self.data.get(f"{self.prefix}-whose") if self.is_bound else self.initial.get("whose")
        return self.can_be_buyer and said == ME

    def clean(self) -> dict[str, Any]:
        if "street" in self.fields and self.fields["street"].required:
            clean_address(self)
        return self.cleaned_data

    def details(self, buyer: PersonDetails) -> PersonDetails:
        data = self.cleaned_data
        mine = self.is_buyer
        address = {}
        if self.needs.documentation:
            if mine or data.get("same_address"):
                address = {name: getattr(buyer, name) for name in ADDRESS}
            else:
                address = {name: data.get(name) or "" for name in ADDRESS[:3]} | {
                    "country": data.get("country") or "DK"
                }
        return PersonDetails(
            name=buyer.name if mine else data["name"],
            badge_name=data.get("badge_name", ""),
            email=buyer.email if mine else data.get("email", ""),
            birth_date=data.get("birth_date"),
            gender=data.get("gender", ""),
            municipality_code=data.get("municipality", "").replace(NOT_KNOWN, ""),
            person_id=buyer.person_id if mine else None,
            **address,
        )

    @property
    def payer_relation(self) -> str:
        return PayerRelation.SELF if self.is_buyer else self.cleaned_data.get("relation", "")
