"""The template tags, rendered as pages render them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

NASTY = '"><script>alert(1)</script>'


def render(source: str, language: str = "da", **context: object) -> str:
    with translation.override(language):
        return engines["django"].from_string(source).render(context, RequestFactory().get("/x/?q=a%26b&page=2"))


@pytest.mark.parametrize(
    ("source", "danish", "english"),
    [
        ("{% money 123450 %}", '<span class="money">1.234,50 kr.</span>', '<span class="money">DKK 1,234.50</span>'),
        ("{% money 40000 short=True %}", '<span class="money">400 kr.</span>', '<span class="money">DKK 400</span>'),
        ("{{ 123450|as_money }}", "1.234,50 kr.", "DKK 1,234.50"),
        ("{{ 1527|as_count }}", "1.527", "1,527"),
        ("{{ d|as_day }}", "22. november 2026", "22 November 2026"),
        ('{{ d|as_day:"short" }}', "22.11.2026", "22 Nov 2026"),
        ("{% day d %}", '<time datetime="2026-11-22">22. november 2026</time>', '<time datetime="2026-11-22">22 November 2026</time>'),
        ("{% day_range d e %}", "22.–24. november 2026", "22–24 November 2026"),
        ("{{ t|as_clock }}", "kl. 18.30", "18:30"),
        ("{% clock t %}", '<span class="nowrap">kl. 18.30</span>', '<span class="nowrap">18:30</span>'),
        ("{{ t|as_moment }}", "22. november 2026 kl. 18.30", "22 November 2026, 18:30"),
    ],
)
def test_formats(source, danish, english):
    values = {"d": date(2026, 11, 22), "e": date(2026, 11, 24), "t": datetime(2026, 11, 22, 17, 30, tzinfo=UTC)}
    assert render(source, **values) == danish
    assert render(source, "en", **values) == english


class Form(forms.Form):
    name = forms.CharField(max_length=120, help_text="Help <b>")
    nick = forms.CharField(required=False)
    code = forms.CharField(max_length=8)
    sex = forms.ChoiceField(choices=[("w", "W"), ("m", "M")], widget=forms.RadioSelect)
    yes = forms.BooleanField(label="I agree")
    secret = forms.CharField(widget=forms.HiddenInput)


def test_a_field_ties_label_help_and_error_to_the_control():
    html = render('{% field form.name autocomplete="name" data_x="1" %}', form=Form({"name": ""}))
    assert '<label for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name_help id_name_error"' in html
    assert 'id="id_name_help">Help &lt;b&gt;<' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'autocomplete="name"' in html
    assert 'data-x="1"' in html


def test_a_field_without_help_or_error_describes_nothing():
    assert "aria-describedby" not in render("{% field form.nick %}", form=Form())


def test_what_was_typed_is_kept_and_escaped():
    html = render("{% field form.name %}", form=Form({"name": NASTY}))
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_optional_fields_say_so():
    assert "(valgfrit)" in render("{% field form.nick %}", form=Form())
    assert "(valgfrit)" not in render("{% field form.name %}", form=Form())


def test_a_group_of_choices_is_one_fieldset():
    html = render("{% field form.sex %}", form=Form({}))
    assert html.count("<fieldset") == html.count("<legend") == 1
    assert 'aria-describedby="id_sex_error"' in html.split(">", 1)[0]
    assert html.count("aria-describedby") == 1
    assert html.count('type="radio"') == 2
    assert 'for="id_sex_0"' in html
    assert "checked" not in html


def test_a_checkbox_stands_inside_its_label():
    html = render("{% field form.yes %}", form=Form())
    assert html.index("<label") < html.index("<input") < html.index("I agree") < html.index("</label>")


def test_short_answers_get_short_boxes_and_hidden_fields_no_label():
    assert "narrow" in render("{% field form.code %}", form=Form())
    assert "narrow" not in render("{% field form.name %}", form=Form())
    assert "<label" not in render("{% field form.secret %}", form=Form())


def test_the_error_summary_links_to_every_field_of_every_form():
    first, second = Form({}), Form({}, prefix="b")
    first.add_error(None, "Both are wrong")
    html = render("{% error_summary one two nothing %}", one=first, two=second, nothing=None)
    assert "Both are wrong" in html
    for target in ("id_name", "id_sex_0", "id_yes", "id_b-name", "id_b-sex_0"):
        assert f'href="#{target}"' in html
    assert 'role="alert"' in html


def test_no_errors_no_summary():
    assert render("{% error_summary form %}", form=Form()).strip() == ""


def test_a_stepper_is_a_number_field_without_script():
    html = render('{% stepper name="t-1" value=2 label=label high=10 %}', label=NASTY)
    assert 'type="number"' in html
    assert 'name="t-1"' in html
    assert 'max="10"' in html
    assert html.count(" hidden ") == 2
    assert "<script>" not in html


def test_links_to_pages_and_languages_keep_the_other_parameters():
    assert render('{% language_link "en" %}') == "?q=a%26b&amp;page=2&amp;lang=en"
    html = render("{% pagination p %}", p=Paginator(range(100), 10).page(2))
    assert 'href="?q=a%26b&amp;page=3" rel="next"' in html
    assert html.count('aria-current="page"') == 1
    assert render("{% pagination p %}", p=Paginator(range(5), 10).page(1)).strip() == ""


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "405", "410", "429", "500", "503"])
def test_error_pages_need_no_context(name):
    html = engines["django"].get_template(f"{name}.html").render({})
    assert "<h1>" in html
    assert "style=" not in html


@pytest.mark.parametrize("base", ["base", "base_shop", "base_my", "base_office", "base_door"])
@pytest.mark.parametrize("language", ["da", "en"])
def test_base_pages_name_seller_and_language_and_hold_nothing_inline(base, language):
    organization = SimpleNamespace(slug="alea", name=NASTY, street="Gade 1", postcode="8000", city="Aarhus C", cvr="12345674", email="a@b.dk")
    html = render("{% extends base %}", language, base=f"{base}.html", organization=organization)
    assert f'<html lang="{language}">' in html
    assert 'href="#content"' in html
    assert 'id="content"' in html
    assert "<script>" not in html
    assert " style=" not in html
    if base != "base_door":
        assert "CVR 12345674" in html
        assert "Gade 1, 8000 Aarhus C" in html
        assert 'href="/policy/"' in html
        assert 'href="/help/"' in html


def test_a_static_address_is_looked_up_once(monkeypatch):
    asked = []
    monkeypatch.setattr(staticfiles_storage, "url", lambda name: asked.append(name) or f"/static/{name}?x&y")
    source = '{% static "web/base.css" %} {% static name %} {% static "web/base.css" as kept %}{{ kept }}'
    page = engines["django"].from_string(source)
    for name in ("one.css", "two.css"):
        expected = f"/static/web/base.css?x&amp;y /static/{name}?x&amp;y /static/web/base.css?x&amp;y"
        assert page.render({"name": name}) == expected
    assert asked == ["web/base.css", "one.css", "web/base.css", "two.css"]


def test_a_constant_text_is_translated_once_in_each_language(monkeypatch):
    """And what a page puts into a text is looked up anew each time."""
    source = '{% translate "Total" %}|{% translate "100%" %}|{% translate word %}'
    template = engines["django"].from_string(source)

    def shown(language: str, word: str) -> str:
        with translation.override(language):
            return template.render({"word": word})

    assert [shown("en", "Yes"), shown("da", "Yes"), shown("en", "No")] == ["Total|100%|Yes", "I alt|100%|Ja", "Total|100%|No"]
    asked = []
    monkeypatch.setattr(translation, "gettext", lambda text: asked.append(text) or text)
    monkeypatch.setattr("django.template.base.gettext_lazy", lambda text: asked.append(text) or text)
    assert shown("da", "Yes") == "I alt|100%|Yes"
    assert asked == ["Yes"]


def test_other_forms_of_the_tag_are_as_ever():
    source = '{% translate "Total" as t %}[{{ t }}]{% translate "Total"|upper %}{% translate "Total" noop %}'
    assert render(source) == "[I alt]I ALTTotal"


@pytest.mark.parametrize(
    ("name", "is_long"),
    [("Nordlyscon 2027", False), ("Rollespilsforeningen Nordlys", True), ("Bræt- og rolle-spil", False), ("", False)],
)
def test_a_name_whose_word_would_break_on_a_phone(name, is_long):
    assert render("{{ name|has_long_word }}", name=name) == str(is_long)
