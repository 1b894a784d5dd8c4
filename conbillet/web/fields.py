"""Form fields about people and associations, the same on every page that asks for them.

    class Ticket(forms.Form):
        name = PersonNameField()                        # letters of every script, no links (core/names.py)
        badge_name = PersonNameField.badge()            # optional, shorter
        email = EmailAddressField()                     # stripped, lower case
        birth_date = BirthDateField()                   # 24-12-1999, 24.12.1999, 24/12 1999, 24121999, 241299, 1999-12-24
        gender = GenderField(required=False)            # woman, man, other, not stated; nothing pre-chosen
        phone = PhoneField(required=False)              # any way of writing it; stored as E.164, shown grouped
        street, postcode, city, country = StreetField(), PostcodeField(), CityField(), CountryField()
        cvr = CVRField()                                # eight digits, modulus 11
        def clean(self):
            clean_address(self)                         # Danish postcodes are checked and give the town

All take Django's usual keywords (`required`, `label`, `help_text`). Values are what models store: text, `date`, codes.
"""

import re
from datetime import date
from functools import cache
from typing import Any

import phonenumbers
from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from stdnum.dk import cvr as danish_cvr
from stdnum.exceptions import ValidationError as NumberError

from conbillet.core import clock
from conbillet.core.emails import is_deceptive
from conbillet.core.names import BadName, clean_name
from conbillet.core.people import Gender
from conbillet.core.postcodes import town_for

OLDEST = 120
NEAR = ("DK", "FO", "GL", "SE", "NO", "DE", "FI", "IS")
_DAY_FIRST = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4}|\d{2})|(\d{2})(\d{2})(\d{4}|\d{2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DANISH = re.compile(r"\+45(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class LineField(forms.CharField):
    """One line of text: spaces collapsed, no control characters or marks that turn the text around."""

    def to_python(self, value: Any) -> str:
        text = " ".join(str(super().to_python(value) or "").split())
        if _INVISIBLE.search(text):
            raise ValidationError(_("Please write this with ordinary letters only."), code="invisible")
        return text


class PersonNameField(forms.CharField):
    """A person's name as `core.names.clean_name` keeps it."""

    def __init__(self, *, max_length: int = 120, autocomplete: str = "name", **options: Any) -> None:
        options.setdefault("label", _("Name"))
        super().__init__(**options)
        self.longest = max_length
        self.widget.attrs.update(autocomplete=autocomplete, maxlength=str(max_length), spellcheck="false")

    @classmethod
    def badge(cls, **options: Any) -> "PersonNameField":
        """What other people see; optional."""
        options = {"required": False, "label": _("Name on the badge"), "help_text": _("What you want to be called. Leave it empty to use your name."), **options}
        return cls(max_length=60, autocomplete="nickname", **options)

    def to_python(self, value: Any) -> str:
        try:
            return clean_name(str(value or ""), longest=self.longest)
        except BadName as problem:
            raise ValidationError(problem.args[0], code="name") from None


class EmailAddressField(forms.EmailField):
    """An e-mail address in lower case, and none that passes for another one (`core/emails.py`)."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("E-mail"))
        options.setdefault("max_length", 254)
        options.setdefault("error_messages", {"invalid": _("This does not look like an e-mail address. It should be like name@example.dk.")})
        super().__init__(**options)
        self.widget.attrs.update(autocomplete="email", inputmode="email", autocapitalize="none", spellcheck="false")

    def to_python(self, value: Any) -> str:
        address = str(super().to_python(value) or "")
        if is_deceptive(address):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return address.lower()


class DayField(forms.DateField):
    """A day chosen in the browser's own calendar, which takes the ISO form only, in every language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class BirthDateField(forms.Field):
    """A date of birth, typed as people in Denmark type it. Not in the future, and nobody is over 120."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Date of birth"))
        options.setdefault("help_text", _("Day, month, year. For example 24-12-1999."))
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "bday", "maxlength": "24"}), **options)

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%d-%m-%Y") if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        text = str(value).strip()
        if not text:
            return None
        if match := _YEAR_FIRST.fullmatch(text):
            year, month, day = match.groups()
        elif match := _DAY_FIRST.fullmatch(text):
            day, month, year = (part for part in match.groups() if part is not None)
        else:
            raise ValidationError(_("Write the day, the month and the year with four digits, for example 24-12-1999."), code="format")
        today = clock.copenhagen_day(clock.now())
        try:
            born = _latest(int(year), int(month), int(day), today) if len(year) == 2 else date(int(year), int(month), int(day))
        except ValueError:
            raise ValidationError(_("There is no such day in the calendar."), code="no_such_day") from None
        if born > today:
            raise ValidationError(_("A date of birth cannot be in the future."), code="future")
        if clock.age_on(born, today) > OLDEST:
            raise ValidationError(_("Check the year: nobody is over 120."), code="too_old")
        return born

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


def _latest(year: int, month: int, day: int, today: date) -> date:
    """The day of a year written with two digits: in this century if it has been there, else in the last one."""
    this_century = date(2000 + year, month, day) if (month, day) != (2, 29) or year % 4 == 0 else None
    if this_century is not None and this_century <= today:
        return this_century
    return date(1900 + year, month, day)


class GenderField(forms.ChoiceField):
    """Woman, man, other, or not stated. Nothing is chosen beforehand."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Gender"))
        super().__init__(choices=Gender.choices, widget=forms.RadioSelect, **options)


class PhoneField(forms.CharField):
    """A phone number of any country; without a country code it is Danish. Stored as E.164 (`+4520123456`)."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Phone"))
        super().__init__(widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "maxlength": "24"}), **options)

    def prepare_value(self, value: Any) -> Any:
        return format_phone(value) if isinstance(value, str) else value

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text[:40], "DK")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise ValidationError(_("This is not a phone number. A foreign number starts with + and the country's code."), code="phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def format_phone(number: str) -> str:
    """An E.164 number in groups: `20 12 34 56` for a Danish one, with the country's code for others."""
    danish = _DANISH.fullmatch(number)  # most are, the seller's at the foot of each page for one
    if danish:
        return " ".join(danish.groups())
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class StreetField(LineField):
    def __init__(self, **options: Any) -> None:
        options = {"label": _("Street and number"), "max_length": 120, **options}
        super().__init__(**options)
        self.widget.attrs["autocomplete"] = "street-address"


class PostcodeField(LineField):
    """A postcode; `clean_address` checks Danish ones. The page's script fills the town from `/postcode/<digits>.json`."""

    def __init__(self, **options: Any) -> None:
        options = {"label": _("Postcode"), "max_length": 12, **options}
        super().__init__(**options)
        self.widget.attrs.update({"autocomplete": "postal-code", "data-postcode": ""})

    def to_python(self, value: Any) -> str:
        return super().to_python(value).upper()


class CityField(LineField):
    def __init__(self, **options: Any) -> None:
        options = {"label": _("Town"), "max_length": 80, **options}
        super().__init__(**options)
        self.widget.attrs["autocomplete"] = "address-level2"


class CountryField(forms.ChoiceField):
    """A country by its ISO code; Denmark and its neighbours first, then all others by name."""

    def __init__(self, **options: Any) -> None:
        options = {"label": _("Country"), "initial": "DK", "widget": CountrySelect, **options}
        super().__init__(choices=country_choices, **options)
        self.widget.attrs["autocomplete"] = "country"

    def valid_value(self, value: str) -> bool:
        return value in _country_names("da")


class CountrySelect(forms.Select):
    """All countries, of which one is chosen: the 250 options are written once for each language."""

    def use_required_attribute(self, initial: Any) -> bool:
        return True  # Django looks for an empty option by going through all of them

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        return []

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        empty = super().render(name, value, attrs, renderer)
        options = _country_options(get_language() or "da")
        mark = f'<option value="{value}">'
        if value and mark in options:
            options = options.replace(mark, f'<option value="{value}" selected>', 1)
        return mark_safe(empty.replace("</select>", f"{options}</select>"))  # noqa: S308 - our own list of countries


@cache
def _country_options(language: str) -> str:
    return str(format_html_join("\n", '<option value="{}">{}</option>', _country_choices(language)))


def country_choices() -> list[tuple[str, str]]:
    """Countries in the visitor's language."""
    return _country_choices(get_language() or "da")


@cache
def _country_names(language: str) -> dict[str, str]:
    names = Locale.parse(language).territories
    return {code: name for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}}

@cache
def _country_choices(language: str) -> list[tuple[str, str]]:
    real = _country_names(language)
    others = sorted((code for code in real if code not in NEAR), key=lambda code: _danish_order(real[code]))
    return [(code, real[code]) for code in (*NEAR, *others)]


def _danish_order(name: str) -> str:
    return name.casefold().replace("å", "~3").replace("æ", "~1").replace("ø", "~2")


class CVRField(forms.CharField):
    """A Danish company number: eight digits with modulus 11; a leading DK and spaces are forgiven."""

    def __init__(self, **options: Any) -> None:
        options = {"label": _("CVR number"), "help_text": _("Eight digits. Look it up on virk.dk if in doubt."), **options}
        super().__init__(**options)
        self.widget.attrs.update(inputmode="numeric", maxlength="24", autocomplete="off")

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        if not text:
            return ""
        try:
            return str(danish_cvr.validate(text[:40]))
        except NumberError:
            raise ValidationError(_("This is not a CVR number. It has eight digits, and one of them does not fit."), code="cvr") from None


def clean_address(form: forms.BaseForm, *, prefix: str = "") -> None:
    """Check `postcode` against `country`, and fill an empty `city` from a Danish postcode. Call it in `form.clean`."""
    data = form.cleaned_data
    country = data.get(f"{prefix}country", "DK") or "DK"
    postcode = data.get(f"{prefix}postcode", "")
    if country != "DK" or not postcode:
        return
    digits = postcode.replace(" ", "").removeprefix("DK-").removeprefix("DK")
    town = town_for(digits) if re.fullmatch(r"[0-9]{4}", digits) else None
    if town is None:
        form.add_error(f"{prefix}postcode", ValidationError(_("There is no such Danish postcode. It has four digits."), code="postcode"))
        return
    data[f"{prefix}postcode"] = digits
    if f"{prefix}city" in form.fields and not data.get(f"{prefix}city"):
        data[f"{prefix}city"] = town
        form.errors.pop(f"{prefix}city", None)
