"""An empty box is written once; whatever makes a difference to how it looks makes another one."""

from itertools import product

import pytest
from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from conbillet.web import field_html
from conbillet.web.templatetags.conbillet import field


class Asked(forms.Form):
    name = forms.CharField(label=_("Name"), help_text=_("The tickets are sent here."))
    email = forms.EmailField(label=_("E-mail"), required=False)


@pytest.fixture(autouse=True)
def _none_kept():
    field_html._empty_boxes.clear()
    yield
    field_html._empty_boxes.clear()


def changes():
    """A form each, and what the template adds, for all ways in which two boxes may differ."""

    def changed(**attributes):
        def change(form):
            for name, value in attributes.items():
                setattr(form.fields["name"], name, value)

        return change

    def attr(value):
        return lambda form: form.fields["name"].widget.attrs.update({"data-x": value})

    forms_changed = [
        lambda form: None,
        changed(required=False),
        changed(disabled=True),
        changed(help_text=_("E-mail")),
        changed(help_text=""),
        changed(label=_("E-mail")),
        changed(max_length=5),
        changed(label="<b>"),
        changed(label=mark_safe("<b>")),  # noqa: S308  what the test is about
        changed(widget=forms.EmailInput()),
        changed(widget=forms.TextInput(attrs={"type": "search"})),
        lambda form: setattr(form, "use_required_attribute", False),
        attr(True),
        attr(1),
        attr("1"),
        attr("<"),
        attr(mark_safe("<")),  # noqa: S308  what the test is about
    ]
    added = [
        {},
        {"help": ""},
        {"label": "Other"},
        {"prefix": "kr."},
        {"suffix": "kg"},
        {"data_x": "2"},
        {"maxlength": "4"},
    ]
    given = [
        {},
        {"prefix": "p1"},
        {"auto_id": "other_%s"},
        {"initial": {"name": "Åse"}},
        {"data": {}},
        {"data": {"name": "Bo"}},
    ]
    yield from product(forms_changed, added, given, ["da", "en"])


def test_what_is_kept_is_what_would_be_written():
    for change, added, given, language in [*changes(), *changes()]:
        form = Asked(**given)
        change(form)
        with override(language):
            kept = field(form["name"], **added)
            alone = {name: value for name, value in added.items() if name not in {"label", "help", "prefix", "suffix"}}
            assert kept == field_html._written(
                form["name"],
                label=added.get("label"),
                help_text=added.get("help", form["name"].help_text),
                prefix=added.get("prefix", ""),
                suffix=added.get("suffix", ""),
                attributes={name.replace("_", "-"): value for name, value in alone.items()},
            )
    assert field_html._empty_boxes


@pytest.mark.parametrize(
    "given", [{"initial": {"email": "a@example.com"}}, {"data": {"email": "a@example.com"}}, {"data": {"email": "no"}}]
)
def test_nothing_that_was_typed_is_kept(given):
    assert "example" in field(Asked(**given)["email"]) or "error" in field(Asked(**given)["email"])
    assert not field_html._empty_boxes


def test_a_label_that_may_name_somebody_is_not_kept():
    form = Asked()
    form.fields["name"].label = "Åse's badge"
    assert "badge" in field(form["name"])
    assert not field_html._empty_boxes


def test_no_more_than_a_thousand_are_kept(monkeypatch):
    monkeypatch.setattr(field_html, "MOST_KEPT", 5)
    for number in range(20):
        field(Asked(prefix=f"p{number}")["name"])
    assert 0 < len(field_html._empty_boxes) <= 5
