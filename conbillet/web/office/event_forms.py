"""Forms for setting up events: the few questions of the story, then each thing for itself."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.markdown import LONGEST
from conbillet.catalogue.models import (
    ADMITTING_KINDS,
    MEMBERSHIPS_ONLY,
    Event,
    Product,
    ProductKind,
    ProductQuota,
    Quota,
)
from conbillet.catalogue.rules import usual_vat
from conbillet.catalogue.story import Story
from conbillet.core.money import VatCode
from conbillet.memberships.models import MembershipType
from conbillet.organizations.models import VatStatus
from conbillet.web import fields
from conbillet.web.amounts import AmountField

KINDS = [(kind, text) for kind, text in Event._meta.get_field("kind").flatchoices if kind != MEMBERSHIPS_ONLY]


MARKS = _(
    "An empty line begins a new paragraph. **bold**, *italic*, ## a heading, - a point in a list, [words](https://…) a link."
)


def day_field(**options: Any) -> forms.DateField:
    return fields.DayField(**options)


def moment_field(**options: Any) -> forms.DateTimeField:
    """An instant, typed as Copenhagen's day and time."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(required=False, widget=widget, **options)


def number_field(low: int, high: int, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=low, max_value=high, **options)


def text_area(**options: Any) -> forms.CharField:
    return forms.CharField(
        required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}), help_text=MARKS, **options
    )


def take_errors(form: forms.BaseForm, refusal: CannotChange) -> None:
    """Put what a verb refused beside the fields it belongs to."""
    for name, texts in refusal.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
    if refusal.message:
        form.add_error(None, refusal.message)


class StoryForm(forms.Form):
    """The questions that make a ready draft."""

    name = fields.LineField(
        label=_("What is it called?"), max_length=120, help_text=_("With the year, if it comes every year.")
    )
    kind = forms.ChoiceField(label=_("What kind of convention is it?"), choices=KINDS, initial="mixed")
    starts_on = day_field(label=_("First day"))
    ends_on = day_field(label=_("Last day"))
    venue = fields.LineField(
        label=_("Where is it held?"),
        max_length=120,
        required=False,
        help_text=_("The school, the hall, the culture house."),
    )
    street = fields.StreetField(required=False)
    postcode = fields.PostcodeField(required=False, max_length=4)
    city = fields.CityField(required=False)
    capacity = number_field(1, 1_000_000, label=_("How many people may there be in the house?"))
    adult_amount = AmountField(
        label=_("What does a ticket cost?"), help_text=_("For adults, all days. 0 if it is free.")
    )
    children_free = forms.BooleanField(
        label=_("Children of 0–14 years are free, but get a ticket"), required=False, initial=True
    )
    young_amount = AmountField(label=_("Price for the young, under 18"), required=False)
    day_amount = AmountField(
        label=_("Price for one day"), required=False, help_text=_("Makes a day ticket for each day.")
    )
    dues_amount = AmountField(
        label=_("Dues for a year"), required=False, help_text=_("At least 75 kr. if the members are to count at DUF.")
    )
    adult_member_amount = AmountField(label=_("Ticket for members"), required=False)
    young_member_amount = AmountField(label=_("Ticket for young members"), required=False)
    bed_amount = AmountField(label=_("Price for sleeping there"), required=False)
    beds = number_field(1, 100_000, label=_("How many can sleep there?"), required=False)
    breakfast_amount = AmountField(label=_("Price for a breakfast"), required=False)
    dinner_amount = AmountField(label=_("Price for a dinner"), required=False)
    shirt_amount = AmountField(label=_("Price for a T-shirt"), required=False)
    shirt_sizes = fields.LineField(
        label=_("Sizes"),
        max_length=120,
        required=False,
        initial="S, M, L, XL, 2XL",
        help_text=_("With commas between them."),
    )
    donation = forms.BooleanField(label=_("Visitors can give a little extra to the association"), required=False)

    def clean(self) -> None:
        fields.clean_address(self)

    def story(self) -> Story:
        data = dict(self.cleaned_data)
        sizes = tuple(dict.fromkeys(size.strip() for size in data.pop("shirt_sizes").split(",") if size.strip()))
        return Story(**{**data, "beds": data["beds"] or 0, "shirt_sizes": sizes})


class EventForm(forms.Form):
    """An event's own facts."""

    name = fields.LineField(label=_("Name"), max_length=120)
    slug = forms.CharField(
        label=_("Address"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Kind of convention"), choices=KINDS)
    starts_on = day_field(label=_("First day"))
    ends_on = day_field(label=_("Last day"))
    opens_at = forms.TimeField(
        label=_("Doors open at"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    venue = fields.LineField(label=_("Venue"), max_length=120, required=False)
    street = fields.StreetField(required=False)
    postcode = fields.PostcodeField(required=False, max_length=4)
    city = fields.CityField(required=False)
    tagline_da = fields.LineField(label=_("One line about it, in Danish"), max_length=160, required=False)
    tagline_en = fields.LineField(label=_("One line about it, in English"), max_length=160, required=False)
    description_da = text_area(label=_("Description in Danish"))
    description_en = text_area(label=_("Description in English"))
    practical_da = text_area(label=_("Good to know, in Danish"))
    practical_en = text_area(label=_("Good to know, in English"))
    sales_open_at = moment_field(label=_("The sale opens"), help_text=_("Empty: as soon as the event is published."))
    sales_close_at = moment_field(label=_("The sale closes"), help_text=_("Empty: when you close it."))
    order_limit = number_field(1, 100, label=_("Most things in one order"))
    transfer_allowed = forms.BooleanField(label=_("Buyers may pay later by bank transfer"), required=False)
    transfer_days = number_field(1, 60, label=_("Days to pay by transfer"))
    transfer_account = fields.LineField(
        label=_("Account for transfers"), max_length=40, required=False, help_text=_("Registration and account number.")
    )
    door_allowed = forms.BooleanField(label=_("Buyers may pay at the door"), required=False)

    def __init__(self, data: Any = None, *, event: Event) -> None:
        super().__init__(data, initial={name: getattr(event, name) for name in self.base_fields})
        if event.state != Event.State.DRAFT:
            self.fields["slug"].disabled = True
            self.fields["slug"].help_text = _("Fixed, because links to it are out in the world.")
        if event.sells_memberships_only:
            self.fields["kind"].choices = [(event.kind, event.get_kind_display())]  # type: ignore[attr-defined]
            for name in ("kind", "starts_on", "ends_on"):
                self.fields[name].disabled = True

    def clean(self) -> None:
        fields.clean_address(self)


class PictureForm(forms.Form):
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_(
            "JPEG, PNG or WebP, at least 1200 pixels wide. What the camera wrote into the file (place, time) is removed."
        ),
    )
    alt = fields.LineField(
        label=_("What does the picture show?"),
        max_length=160,
        required=False,
        help_text=_("Read out to people who cannot see it."),
    )

    def clean(self) -> None:
        if self.cleaned_data.get("picture") and not self.cleaned_data.get("alt") and "alt" not in self.errors:
            self.add_error("alt", _("Say in one sentence what the picture shows."))


class CopyForm(forms.Form):
    """Last year's to this year's."""

    name = fields.LineField(label=_("What is it called this time?"), max_length=120)
    starts_on = day_field(label=_("First day"))
    ends_on = day_field(label=_("Last day"))

    def __init__(self, data: Any = None, *, event: Event, suggested: date) -> None:
        name = event.name.replace(str(event.starts_on.year), str(suggested.year))
        initial = {"name": name, "starts_on": suggested, "ends_on": suggested + (event.ends_on - event.starts_on)}
        super().__init__(data, initial=initial)


class QuotaForm(forms.Form):
    name = fields.LineField(label=_("Name"), max_length=80)
    size = number_field(0, 1_000_000, label=_("How many"))


class SizeForm(forms.Form):
    """One size of a product. An empty name takes it away."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**62)
    name = fields.LineField(label=_("Size"), max_length=40, required=False)
    stock = number_field(0, 100_000, label=_("In stock"), required=False)


SizeFormSet = forms.formset_factory(SizeForm, extra=3, max_num=30, validate_max=True)

_AGED = (ProductKind.TICKET, ProductKind.DAY_TICKET, ProductKind.SLEEPING, ProductKind.MEAL)
_DATED = (ProductKind.DAY_TICKET, ProductKind.MEAL)
_ONE_PRICE = (ProductKind.MEMBERSHIP, ProductKind.DONATION)


class ProductForm(forms.Form):
    """A product; what makes no sense for its kind is left out."""

    name_da = fields.LineField(label=_("Name in Danish"), max_length=80)
    name_en = fields.LineField(label=_("Name in English"), max_length=80, required=False)
    description_da = fields.LineField(label=_("One line about it, in Danish"), max_length=240, required=False)
    description_en = fields.LineField(label=_("One line about it, in English"), max_length=240, required=False)
    amount = AmountField(label=_("Price"), help_text=_("With everything included."))
    member_amount = AmountField(
        label=_("Price for members"), required=False, help_text=_("Empty: members pay the same.")
    )
    vat_code = forms.ChoiceField(label=_("VAT in the price"), choices=VatCode.choices)
    membership_type = forms.ModelChoiceField(
        label=_("Which membership is it?"),
        queryset=MembershipType.objects.none(),
        required=False,
        empty_label=_("One for the calendar year"),
    )
    valid_on = day_field(label=_("Only on this day"), required=False)
    age_from = number_field(
        0, 120, label=_("From age"), required=False, help_text=_("Full years on the event's first day.")
    )
    age_to = number_field(0, 120, label=_("To age"), required=False)
    needs_person = forms.BooleanField(label=_("Ask whose it is"), required=False)
    needs_ticket = forms.BooleanField(label=_("Only together with a ticket"), required=False)
    per_order = number_field(1, 100, label=_("Most in one order"), required=False)
    sales_open_at = moment_field(label=_("The sale opens"), help_text=_("Empty: with the event's."))
    sales_close_at = moment_field(label=_("The sale closes"), help_text=_("Empty: with the event's."))
    pay_by_on = day_field(label=_("Must be paid by"), required=False)
    quotas = forms.ModelMultipleChoiceField(
        label=_("Takes from"),
        queryset=Quota.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each one sold takes one place of every quota chosen here."),
    )
    is_offered = forms.BooleanField(label=_("For sale"), required=False, initial=True)

    def __init__(self, data: Any = None, *, event: Event, kind: str, product: Product | None = None) -> None:
        registered = event.organization.vat_status == VatStatus.REGISTERED
        super().__init__(data, initial=_initial(event, product, kind, registered))
        self.kind = kind
        quotas: Any = self.fields["quotas"]
        types: Any = self.fields["membership_type"]
        of_sizes = ProductQuota.objects.filter(quota__event=event, variant__isnull=False)
        quotas.queryset = Quota.objects.filter(event=event).exclude(pk__in=of_sizes.values("quota")).order_by("id")
        quotas.label_from_instance = lambda quota: f"{quota.name} ({quota.size})"
        types.queryset = MembershipType.objects.filter(organization_id=event.organization_id, is_offered=True)
        types.label_from_instance = lambda found: found.name_da
        unfit = {
            "membership_type": kind != ProductKind.MEMBERSHIP or product is not None,
            "member_amount": kind in _ONE_PRICE,
            "valid_on": kind not in _DATED,
            "age_from": kind not in _AGED,
            "age_to": kind not in _AGED,
            "needs_ticket": kind in (ProductKind.TICKET, ProductKind.DAY_TICKET, ProductKind.DONATION),
            "needs_person": kind == ProductKind.DONATION,
            "is_offered": product is None,
            # An association that is not registered has nothing to choose, unless something was chosen before.
            "vat_code": not registered and (product is None or product.vat_code == VatCode.NOT_REGISTERED),
        }
        for name, left_out in unfit.items():
            if left_out:
                del self.fields[name]
        if kind == ProductKind.DONATION:
            self.fields["amount"].label, self.fields["amount"].help_text = _("The least one can give"), ""

    @property
    def has_sizes(self) -> bool:
        return self.kind == ProductKind.MERCHANDISE


def _initial(event: Event, product: Product | None, kind: str, registered: bool) -> dict[str, Any]:
    if product is None:
        alike = [kind] if kind not in ADMITTING_KINDS else list(ADMITTING_KINDS)
        taken = ProductQuota.objects.filter(product__event=event, product__kind__in=alike, variant__isnull=True)
        return {
            "vat_code": usual_vat(kind, registered=registered),
            "quotas": sorted(set(taken.values_list("quota", flat=True))) if kind in _AGED else [],
            "needs_person": kind not in (ProductKind.MERCHANDISE, ProductKind.DONATION),
            "needs_ticket": kind in (ProductKind.SLEEPING, ProductKind.MEAL),
        }
    values = {
        name: getattr(product, name) for name in ProductForm.base_fields if hasattr(product, name) and name != "quotas"
    }
    prices = {price.audience: price.amount for price in product.prices.all()}
    own = [link.quota_id for link in product.product_quotas.all() if link.variant_id is None]
    return {**values, "amount": prices.get("ordinary"), "member_amount": prices.get("member"), "quotas": own}
