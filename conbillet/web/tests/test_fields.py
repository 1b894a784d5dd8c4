"""Fields about people: every way of writing that people use is understood, everything else gets a clear sentence."""

from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override

from conbillet.web import fields


@pytest.mark.parametrize(
    "text",
    [
        "24-12-1999",
        "24.12.1999",
        "24/12/1999",
        "24 12 1999",
        "24. 12. 1999",
        "24121999",
        "1999-12-24",
        " 24-12-1999 ",
        "24.12.99",
        "24/12-99",
        "241299",
    ],
)
def test_birth_dates_as_people_type_them(text):
    assert fields.BirthDateField().clean(text) == date(1999, 12, 24)


@pytest.mark.parametrize(
    "text",
    [
        "12/24/1999",
        "29-02-99",
        "310299",
        "31-02-2000",
        "01-01-2190",
        "01-01-1850",
        "abc",
        "24-12-1999x",
        "٢٤-١٢-٩٩",
        "2412",
        "0" * 90,
    ],
)
def test_no_birth_dates(text):
    with pytest.raises(ValidationError):
        fields.BirthDateField().clean(text)


@pytest.mark.parametrize(
    ("typed", "year"),
    [("22-11-26", 2026), ("23-11-26", 1926), ("1.1.00", 2000), ("29-02-28", 1928), ("29-02-00", 2000)],
)
def test_a_year_of_two_digits_is_the_latest_that_can_be(typed, year, monkeypatch):
    monkeypatch.setattr("conbillet.core.clock.copenhagen_day", lambda _now: date(2026, 11, 22))
    assert fields.BirthDateField().clean(typed).year == year


def test_a_birth_date_is_shown_as_it_is_typed():
    class Form(forms.Form):
        born = fields.BirthDateField()

    assert 'value="24-12-1999"' in str(Form(initial={"born": date(1999, 12, 24)})["born"])
    assert 'value="24.12.99"' in str(Form({"born": "24.12.99"})["born"])


@pytest.mark.parametrize(
    ("text", "stored", "shown"),
    [
        ("20123456", "+4520123456", "20 12 34 56"), ("+45 20 12 34 56", "+4520123456", "20 12 34 56"), ("0045 20123456", "+4520123456", "20 12 34 56"),
        ("+46 70 123 45 67", "+46701234567", "+46 70 123 45 67"),
    ],
)  # fmt: skip
def test_phone_numbers(text, stored, shown):
    assert fields.PhoneField().clean(text) == stored
    assert fields.format_phone(stored) == shown


@pytest.mark.parametrize("text", ["123", "ring til mig", "+999 12345678", "1" * 300])
def test_no_phone_numbers(text):
    with pytest.raises(ValidationError):
        fields.PhoneField().clean(text)


@pytest.mark.parametrize("text", ["13585628", "DK13585628", "DK 13 58 56 28"])
def test_cvr_numbers(text):
    assert fields.CVRField().clean(text) == "13585628"


@pytest.mark.parametrize("text", ["13585627", "1358562", "abcdefgh", "03585628"])
def test_no_cvr_numbers(text):
    with pytest.raises(ValidationError):
        fields.CVRField().clean(text)


def test_email_addresses_are_lower_case():
    assert fields.EmailAddressField().clean(" Bodil@Example.COM ") == "bodil@example.com"
    with pytest.raises(ValidationError):
        fields.EmailAddressField().clean("bodil@")


class Address(forms.Form):
    street, postcode, city, country = (
        fields.StreetField(),
        fields.PostcodeField(),
        fields.CityField(required=False),
        fields.CountryField(),
    )

    def clean(self):
        fields.clean_address(self)


def test_a_danish_postcode_gives_the_town():
    form = Address({"street": "Ringgaden 1", "postcode": "8000", "country": "DK"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["city"] == "Aarhus C"


def test_a_town_that_was_typed_is_kept():
    form = Address({"street": "Ringgaden 1", "postcode": "DK-8000", "city": "Aarhus", "country": "DK"})
    assert form.is_valid() and (form.cleaned_data["city"], form.cleaned_data["postcode"]) == ("Aarhus", "8000")


@pytest.mark.parametrize("postcode", ["80000", "0001", "ABC", "8 0"])
def test_no_danish_postcodes(postcode):
    form = Address({"street": "Ringgaden 1", "postcode": postcode, "country": "DK"})
    assert list(form.errors) == ["postcode"]


def test_foreign_postcodes_are_left_alone():
    form = Address({"street": "Storgatan 1", "postcode": "211 34", "city": "Malmö", "country": "SE"})
    assert form.is_valid() and form.cleaned_data["postcode"] == "211 34"


@pytest.mark.asvs("1.3.3", "2.2.1")
def test_text_cannot_be_turned_around():
    with pytest.raises(ValidationError):
        fields.StreetField().clean("Ringgaden\u202e 1")


def test_denmark_comes_first_and_everything_else_by_name():
    codes = [code for code, _ in fields.country_choices()]
    assert codes[0] == "DK" and len(codes) > 240 and len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (fields.CVRField, "DK 25 31 37 63"),
        (fields.BirthDateField, " 24 - 12 - 1999 "),
        (fields.PhoneField, "+45 (20) 12 - 34 - 56"),
    ],
)
def test_a_browser_does_not_cut_off_what_the_field_would_understand(field, text):
    made = field()
    assert int(made.widget.attrs["maxlength"]) >= len(text)
    assert made.clean(text)


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_day_keeps_the_only_form_that_the_browsers_calendar_takes(language):
    with override(language):
        for value in (date(2026, 12, 28), "2026-12-28"):
            drawn = fields.DayField().widget.render("day", value)
            assert 'type="date"' in drawn and 'value="2026-12-28"' in drawn


def test_planted_without_the_form_danish_loses_the_day():
    with override("da"):
        planted = forms.DateInput(attrs={"type": "date"}).render("day", date(2026, 12, 28))
    assert 'value="2026-12-28"' not in planted


def test_no_page_asks_for_a_day_in_any_other_way():
    """A date input that is drawn in Danish loses its value in the browser."""
    here = Path(fields.__file__).parent
    wrong = [
        path.name for path in here.rglob("*.py") if path.parent.name != "tests" and 'DateInput(attrs={"type": "date"})' in path.read_text()
    ]  # fmt: skip
    assert wrong == []
