"""Markdown made safe, amounts and addresses as people type them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conbillet.catalogue.amounts import BadAmount, parse_amount, typed_amount
from conbillet.catalogue.markdown import plain, render_markdown, sanitise
from conbillet.catalogue.slugs import free_slug, slug_of, slug_refusal
from tests.cast import make_event

# --- Markdown -----------------------------------------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "![logo](https://evil.example/track.png)",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "<javascript:alert(1)>",
    '<a href="https://e.example" onclick="alert(1)" style="x">a</a>',
    "<svg><script>alert(1)</script></svg>",
    "<style>body{display:none}</style>",
    '[a](https://e.example "onmouseover=alert(1)")',
    "[a]: javascript:alert(1)\n\n[a]",
    "<iframe src=//evil.example></iframe>",
    "```<script>\nalert(1)\n```",
    "| a |\n|---|\n| <b onclick=x> |",
]


@pytest.mark.asvs("1.2.2", "1.3.1", "1.3.5")
@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_of_an_association_does_nothing(attack):
    html = " ".join(re.findall(r"<[^>]*>", render_markdown(attack).lower()))
    for piece in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<style",
        "<b ",
        'href="javascript',
        'href="data',
        'href="vbscript',
        'onclick="',
    ):
        assert piece not in html


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_sanitiser_alone_would_hold_too(attack):
    """The second defence, should the parser ever let HTML through."""
    html = sanitise(attack).lower()
    for piece in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<style",
        "<b ",
        'href="javascript',
        "onclick",
        "alert(1)</script",
    ):
        assert piece not in html


def test_without_the_sanitiser_a_parser_that_lets_html_through_would_be_caught():
    """The twin with a planted bug: the same assertions fail on what a careless parser gives."""
    from markdown_it import MarkdownIt

    careless = MarkdownIt("commonmark", {"html": True}).render(ATTACKS[0])
    assert "<script" in careless
    assert "<script" not in sanitise(careless)


def test_what_people_write_comes_out_as_they_meant_it():
    html = render_markdown(
        "# Velkommen\n\n## Til **os**\n\n- en\n- to\n\n[os](https://alea.example) ~~nej~~\n\n| a |\n|---|\n| b |"
    )
    for piece in ("<h3>Velkommen</h3>", "<h4>Til <strong>os</strong></h4>", "<li>en</li>", "<s>nej</s>", "<td>b</td>"):
        assert piece in html
    assert '<a href="https://alea.example" rel="noopener nofollow">os</a>' in html
    assert plain("# Brød & *spil*\n\n- fri\n") == "Brød & spil fri"


def test_a_new_line_is_a_new_line_where_it_is_wanted():
    assert render_markdown("Sovepose\nIndesko", keep_lines=True) == "<p>Sovepose<br>\nIndesko</p>\n"
    assert "<br" not in render_markdown("Sovepose\nIndesko")


@pytest.mark.asvs("1.3.1", "1.3.5")
@given(st.text(max_size=300))
def test_no_text_whatever_makes_a_tag_that_we_do_not_know(text):
    tags = set(re.findall(r"<([a-z0-9]+)", render_markdown(text)))
    assert tags <= {
        "p",
        "br",
        "strong",
        "em",
        "s",
        "a",
        "ul",
        "ol",
        "li",
        "blockquote",
        "code",
        "pre",
        "hr",
        "h3",
        "h4",
        "h5",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }


# --- Amounts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("275", 27500),
        ("275,5", 27550),
        ("275.50", 27550),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("1.234", 123400),
        ("12 500", 1250000),
        ("75,-", 7500),
        ("kr. 75", 7500),
        ("75 kr", 7500),
        ("DKK 75.00", 7500),
        ("0", 0),
        ("0,05", 5),
        (" 1\u00a0234,50 kr. ", 123450),
        ("10.000.000", 1_000_000_000),
    ],
)
def test_kroner_are_understood_however_they_are_typed(typed, amount):
    assert parse_amount(typed) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-5",
        "−5",
        "abc",
        "1e9",
        "12,345,6",
        "1,2,3",
        "1.2.3",
        "275,555",
        "10.000.000,01",
        "9" * 30,
        "٣٥",
        "½",
        "0x10",
        "=1+1",
        "5 5",
        "NaN",
        "inf",
        "1__0",
    ],
)
def test_what_is_no_amount_gives_a_clear_error(typed):
    with pytest.raises(BadAmount) as refusal:
        parse_amount(typed)
    assert str(refusal.value)


@given(st.integers(0, 1_000_000_000))
def test_an_amount_survives_being_shown_and_typed_again(amount):
    assert parse_amount(typed_amount(amount)) == amount


# --- Addresses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Fastaval 2026", "fastaval-2026"),
        ("Ærø Brætspilsfestival!", "aeroe-braetspilsfestival"),
        ("***", "event"),
        ("  ", "event"),
        ("x" * 90, "x" * 40),
    ],
)
def test_addresses_are_made_of_names(name, slug):
    assert slug_of(name) == slug


@given(st.text(max_size=80))
def test_every_name_gives_an_address_that_is_allowed_or_reserved(name):
    slug = slug_of(name)
    assert (
        slug_refusal(slug) is None
        or len(slug) < 2
        or slug in ("cart", "event")
        or slug_refusal(slug) == slug_refusal("cart")
    )


@pytest.mark.parametrize("slug", ["", "a", "Cart", "cart", "a--b", "-a", "a b", "æble", "x" * 41, "a/b", "..", "new"])
def test_addresses_that_cannot_be_are_refused(slug):
    assert slug_refusal(slug)


def test_a_taken_address_gets_a_number(world):
    assert free_slug(organization_id=world.organization.pk, wanted="fastaval") == "fastaval-2"
    make_event(world.organization, "fastaval-2")
    assert free_slug(organization_id=world.organization.pk, wanted="fastaval") == "fastaval-3"
    assert free_slug(organization_id=world.other.pk, wanted="fastaval") == "fastaval"
    assert free_slug(organization_id=world.other.pk, wanted="event") == "event-2"
