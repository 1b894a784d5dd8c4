"""Icons, patterns and charts: the same every time, safe with any text, and readable without eyes."""

import hashlib
import re
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from conbillet.web.charts import bar_chart, capacity_bar, line_chart
from conbillet.web.icons import ICONS, icon
from conbillet.web.patterns import brand_mark, event_pattern

NASTY = '"><script>alert(1)</script>'


def svg_of(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.search(r"<svg.*?</svg>", str(html), re.S)[0])


def test_a_pattern_is_the_same_every_time():
    assert event_pattern("fastaval-2027") == event_pattern("fastaval-2027")
    # Written down, so that a change that would give every event a new face is noticed.
    assert hashlib.sha256(event_pattern("fastaval-2027").encode()).hexdigest()[:16] == "63862787695194b9"
    assert event_pattern("fastaval-2027").startswith(
        '<svg class="pattern" viewBox="0 0 280 100" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
    )


def test_patterns_differ_between_slugs():
    assert len({event_pattern(f"con-{number}") for number in range(50)}) == 50


@given(st.text(max_size=40))
def test_a_pattern_never_holds_what_the_slug_says(slug):
    drawing = event_pattern(slug, 6, 3)
    svg_of(drawing)
    assert re.fullmatch(r'[\w\s<>/="#.:;,-]+', drawing)


def test_a_pattern_can_wear_a_colour_of_its_own():
    assert 'fill="#0b7a5c"' in event_pattern("x", accent="#0b7a5c")
    assert "class=" not in event_pattern("x", accent="#0b7a5c").split(">", 1)[1]
    with pytest.raises(ValueError, match="hexadecimal"):
        event_pattern("x", accent='"/><script>')


def test_a_pattern_is_small():
    import gzip

    assert max(len(gzip.compress(event_pattern(f"con-{number}").encode())) for number in range(30)) < 1500
    assert len(brand_mark("alea")) < 1200


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icons_are_drawings(name):
    drawing = svg_of(icon(name))
    assert drawing.get("aria-hidden") == "true"
    assert re.fullmatch(r"[MmHhVvLlCcSsQqTtAaZz\d\s.,-]+", drawing[0].get("d"))


def test_an_icon_with_a_meaning_is_read_out_and_escaped():
    assert svg_of(icon("check", NASTY)).get("aria-label") == NASTY
    assert "<script>" not in icon("check", NASTY)


def test_a_chart_says_its_figures_in_words_and_as_a_table():
    chart = str(bar_chart(title="Salg", labels=["man", "tir"], series=[("2027", [5, 12])]))
    drawing = svg_of(chart)
    texts = [part.text for part in drawing if part.tag in {"title", "desc"}]
    assert texts[0] == "Salg"
    assert "12" in texts[1]
    assert "tir" in texts[1]
    assert '<th scope="row">tir</th><td class="number">12</td>' in chart
    assert "style=" not in chart


def test_taller_values_give_taller_bars():
    chart = svg_of(bar_chart(title="x", labels=["a", "b", "c"], series=[("x", [10, 20, 0])]))
    path = next(part for part in chart if part.get("class") == "s1").get("d")
    heights = [float(match) + 3 for match in re.findall(r"v-(\d+\.\d)q", path)]
    assert len(heights) == 2
    assert heights[1] == pytest.approx(2 * heights[0])


@pytest.mark.parametrize("chart", [bar_chart, line_chart])
def test_charts_escape_names_and_labels(chart):
    html = chart(title=NASTY, labels=[NASTY], series=[(NASTY, [1]), ("b", [])])
    assert "<script>" not in html
    svg_of(html)


@pytest.mark.parametrize("chart", [bar_chart, line_chart])
def test_charts_bear_having_no_figures(chart):
    for labels, series in (([], []), ([], [("a", [])]), (["x"], [("a", [0])]), (["x", "y"], [("a", [3])])):
        svg_of(chart(title="x", labels=labels, series=series))


@pytest.mark.parametrize("chart", [bar_chart, line_chart])
def test_charts_have_limits(chart):
    with pytest.raises(ValueError, match="at most"):
        chart(title="x", labels=["x"] * 401, series=[("a", [1])])
    with pytest.raises(ValueError, match="at most"):
        chart(title="x", labels=["x"], series=[("a", [1])] * 5)
    with pytest.raises(ValueError, match="more values"):
        chart(title="x", labels=["x"], series=[("a", [1, 2])])


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_bars_stay_inside_the_picture(values):
    chart = svg_of(bar_chart(title="x", labels=[str(n) for n in range(len(values))], series=[("x", values)]))
    lines = [float(part.get("d").split(" ")[1].split("H")[0]) for part in chart if part.get("class") == "grid"]
    assert 2 <= len(lines) <= 7
    assert min(lines) >= 13.9


def test_a_capacity_bar_says_what_it_shows():
    with translation.override("en"):
        drawing = svg_of(capacity_bar(sold=120, held=24, size=200))
    assert drawing.get("aria-label") == "120 sold, 24 in carts, 56 left of 200"
    assert [part.get("d") for part in drawing][1:] == ["M0 0h72.00v4H0z", "M0 0h60.00v4H0z"]
    svg_of(capacity_bar(sold=0, held=0, size=0))
