"""The quick way of writing controls gives what Django's templates give."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from conbillet.web.fields import CountryField
from conbillet.web.form_renderer import QuickRenderer

NASTY = "\"><script>alert('1')</script>&\u202e æøå"


class Everything(forms.Form):
    text = forms.CharField(
        help_text="x", widget=forms.TextInput(attrs={"data-a": NASTY, "data-town": "", "autofocus": True, "x": False})
    )
    email = forms.EmailField(max_length=40)
    number = forms.IntegerField(min_value=0, max_value=9)
    day = forms.DateField()
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    tick = forms.BooleanField(required=False)
    long = forms.CharField(widget=forms.Textarea)
    choice = forms.ChoiceField(choices=[("", "–"), ("a", NASTY), ("g", [("b", "B"), ("c", "C")])])
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])
    radio = forms.ChoiceField(choices=[("a", NASTY), ("b", "B")], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    file = forms.FileField()
    country = CountryField()


TYPED = dict.fromkeys(Everything.base_fields, NASTY) | {
    "choice": "a",
    "several": ["a", "b"],
    "radio": "a",
    "boxes": ["b"],
    "country": "DE",
    "tick": "on",
}


def without_spaces(html: str) -> str:
    return re.sub(r">\s+", ">", html)


@pytest.mark.parametrize("name", list(Everything.base_fields))
@pytest.mark.parametrize("data", [None, {}, TYPED])
def test_a_control_is_the_same_either_way(name, data):
    quick, slow = (Everything(data, renderer=renderer) for renderer in (QuickRenderer(), DjangoTemplates()))
    assert without_spaces(str(quick[name])) == without_spaces(str(slow[name]))
    for one, other in zip(quick[name].subwidgets, slow[name].subwidgets, strict=True):
        assert without_spaces(one.tag()) == without_spaces(other.tag())
        assert without_spaces(one.tag(wrap_label=True)) == without_spaces(other.tag(wrap_label=True))


@pytest.mark.asvs("1.1.2", "1.2.1")
def test_what_was_typed_cannot_leave_its_control():
    html = "".join(str(field) for field in Everything(TYPED, renderer=QuickRenderer()))
    assert "<script" not in html and 'value="">' not in html.replace('value="">–', "")
