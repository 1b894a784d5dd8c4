"""Every text has its Danish translation; and the check that says so would notice if one had not."""

import gettext
import time
from pathlib import Path

import pytest

from conbillet.cli.translations import CATALOGUE, add_missing, compile_all, problems

HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def test_every_text_is_translated() -> None:
    found = problems()
    assert not found, "\n".join(found)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house with one app whose translations are in order."""
    app = tmp_path / "house" / "shop"
    (app / "templates" / "shop").mkdir(parents=True)
    (app / "apps.py").write_text("")
    (app / "views.py").write_text(
        "_('Your cart')\nngettext('%(n)s ticket', '%(n)s tickets', 2)\npgettext('verb', 'Order')\n_('Order')\n"
    )
    (app / "templates" / "shop" / "page.html").write_text(
        "<p>don't {% if x %}\n      {% translate 'Pay now' %}</p>{% endif %}\n"
        "{% blocktranslate trimmed with name=x %}\n   Hello\n   <b>{{ name }}</b>\n{% endblocktranslate %}"
        "{% blocktranslate count n=list|length %}One day{% plural %}{{ n }} days{% endblocktranslate %}"
        '{{ _("100 % sure") }}'
    )
    write(app, good())
    return tmp_path / "house"


def good() -> dict[str, str]:
    return {
        'msgid "Your cart"': 'msgstr "Din kurv"',
        'msgid "%(n)s ticket"\nmsgid_plural "%(n)s tickets"': 'msgstr[0] "%(n)s billet"\nmsgstr[1] "%(n)s billetter"',
        'msgctxt "verb"\nmsgid "Order"': 'msgstr "Bestil"',
        'msgid "Order"': 'msgstr "Ordre"',
        'msgid "Pay now"': 'msgstr "Betal nu"',
        'msgid "Hello <b>%(name)s</b>"': 'msgstr "Hej <b>%(name)s</b>"',
        'msgid "One day"\nmsgid_plural "%(n)s days"': 'msgstr[0] "Én dag"\nmsgstr[1] "%(n)s dage"',
        'msgid "100 % sure"': 'msgstr "Helt sikker"',
    }


def write(app: Path, entries: dict[str, str]) -> Path:
    path = app / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + "\n\n".join(f"{key}\n{value}" for key, value in entries.items()) + "\n")
    return path


def test_a_house_in_order_has_no_problems(house: Path) -> None:
    assert problems(house) == []


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ('msgid "Pay now"', None, "has no Danish translation"),
        ('msgid "Pay now"', 'msgstr ""', "has no Danish translation"),
        ('#, fuzzy\nmsgid "Pay now"', 'msgstr "Betal nu"', "fuzzy"),
        ('msgid "Left over"', 'msgstr "Tilovers"', "translated but not used"),
        ('msgctxt "verb"\nmsgid "Pay now"', 'msgstr "Betal"', "translated but not used"),
        ('msgid "Hello <b>%(name)s</b>"', 'msgstr "Hej <b>%(navn)s</b>"', "other placeholders"),
        ('msgid "Hello <b>%(name)s</b>"', 'msgstr "Hej %(name)s"', "other placeholders or tags"),
        (
            'msgid "%(n)s ticket"\nmsgid_plural "%(n)s tickets"',
            'msgstr[0] "en billet"\nmsgstr[1] "billetter"',
            "other placeholders",
        ),
        (
            'msgid "%(n)s ticket"\nmsgid_plural "%(n)s tickets"',
            'msgstr[0] "%(n)s billet"\nmsgstr[1] ""',
            "has no Danish translation",
        ),
    ],
)
def test_notices(house: Path, key: str, value: str | None, complaint: str) -> None:
    entries = {old: text for old, text in good().items() if old != key.removeprefix("#, fuzzy\n")}
    write(house / "shop", entries if value is None else entries | {key: value})
    assert [sentence for sentence in problems(house) if complaint in sentence]


@pytest.mark.parametrize(
    "call", ["_(f'Dear {name}')", "_('Dear ' + name)", "_('Dear %s' % name)", "_('a {}'.format(1))"]
)
def test_notices_a_text_that_nobody_can_translate(house: Path, call: str) -> None:
    (house / "shop" / "mails.py").write_text(call)
    assert [sentence for sentence in problems(house) if "mails.py:1" in sentence]


def test_a_text_that_was_marked_elsewhere_passes(house: Path) -> None:
    (house / "shop" / "mails.py").write_text("TEXTS = {1: gettext_noop('Your cart')}\n_(TEXTS[1])\n_(text)\n")
    assert problems(house) == []


def test_notices_a_full_stop_after_an_amount(house: Path) -> None:
    (house / "shop" / "mails.py").write_text("_('You pay %(amount)s.')\n")
    write(house / "shop", good() | {'msgid "You pay %(amount)s."': 'msgstr "Du betaler %(amount)s."'})
    assert [sentence for sentence in problems(house) if "kr.." in sentence]
    write(house / "shop", good() | {'msgid "You pay %(amount)s."': 'msgstr "Du betaler %(amount)s"'})
    assert problems(house) == []


def test_notices_two_translations_of_one_text(house: Path) -> None:
    office = house / "office"
    office.mkdir()
    (office / "apps.py").write_text("_('Your cart')")
    write(office, {'msgid "Your cart"': 'msgstr "Jeres kurv"'})
    assert [sentence for sentence in problems(house) if "differently" in sentence]


def test_notices_an_app_without_a_catalogue(house: Path) -> None:
    inner = house / "shop" / "inner"
    inner.mkdir()
    (inner / "apps.py").write_text("_('Your cart')")
    assert [sentence for sentence in problems(house) if sentence.startswith("house/shop/inner: no locale")]


def test_extract_adds_what_is_missing_and_keeps_the_rest(house: Path) -> None:
    entries = good()
    del entries['msgid "Pay now"'], entries['msgctxt "verb"\nmsgid "Order"']
    path = write(house / "shop", entries)
    before = path.read_text()
    assert {text.singular for text in add_missing(house / "shop", house)} == {"Pay now", "Order"}
    assert path.read_text().startswith(before)
    assert sorted("has no Danish translation" in sentence for sentence in problems(house)) == [True, True]
    assert add_missing(house / "shop", house) == []


def test_extract_starts_a_catalogue(house: Path) -> None:
    (house / "shop" / CATALOGUE).unlink()
    assert len(add_missing(house / "shop", house)) == 8
    assert len([sentence for sentence in problems(house) if "has no Danish translation" in sentence]) == 8


def test_compiles_what_changed_only(house: Path) -> None:
    path = house / "shop" / CATALOGUE
    assert compile_all(house) == [path.with_suffix(".mo")]
    assert compile_all(house) == []
    with path.with_suffix(".mo").open("rb") as file:
        danish = gettext.GNUTranslations(file)
    assert danish.gettext("Your cart") == "Din kurv"
    assert danish.ngettext("%(n)s ticket", "%(n)s tickets", 2) == "%(n)s billetter"
    assert danish.pgettext("verb", "Order") == "Bestil"
    time.sleep(0.01)
    path.write_text(path.read_text().replace("Din kurv", "Kurven"))
    assert compile_all(house) == [path.with_suffix(".mo")]
    assert sorted(file.name for file in path.parent.iterdir()) == ["django.mo", "django.po"]
