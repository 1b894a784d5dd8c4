"""Contrast is computed, not believed: for the tokens, and for whatever colour an association picks."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conbillet.web.theme import (
    DARK_SURFACES,
    DEFAULT_ACCENT,
    LIGHT_SURFACES,
    accent_stylesheet,
    accent_tokens,
    contrast,
)

CSS = Path(__file__).parents[1] / "static" / "web"
ON_SURFACES = ("ink", "muted", "good", "bad", "warn", "info")
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def schemes() -> list[dict[str, str]]:
    light, dark = (CSS / "tokens.css").read_text().split("@media (prefers-color-scheme:dark)")
    found = [dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})\b", part)) for part in (light, dark)]
    return [found[0], {**found[0], **found[1]}]


def weak_pairs(tokens: dict[str, str]) -> list[str]:
    """The pairs of text and background that people could not read."""
    surfaces = [tokens[name] for name in ("bg", "surface", "sunken")]
    pairs = [(tokens[name], surface, 4.5) for name in ON_SURFACES for surface in surfaces]
    pairs += [(tokens[name], tokens[f"{name}-soft"], 4.5) for name in ("good", "bad", "warn", "info")]
    pairs += [(tokens["ink"], tokens[f"{name}-soft"], 4.5) for name in ("good", "bad", "warn", "info", "accent")]
    pairs += [(tokens["line-strong"], surface, 3.0) for surface in surfaces]
    return [f"{text} on {ground}" for text, ground, wanted in pairs if contrast(text, ground) < wanted]


def weak_accent(tokens: dict[str, str], surfaces: tuple[str, ...], ink: str, muted: str) -> list[str]:
    pairs = [(tokens["on-accent"], tokens["accent"], 4.5), (ink, tokens["accent-soft"], 4.5), (muted, tokens["accent-soft"], 4.5)]
    pairs += [(tokens["accent-text"], surface, 4.5) for surface in (*surfaces, tokens["accent-soft"])]
    pairs += [(tokens["accent-edge"], surface, 3.0) for surface in surfaces]
    return [f"{text} on {ground}" for text, ground, wanted in pairs if contrast(text, ground) < wanted]


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1])
def test_tokens_can_be_read(scheme):
    assert weak_pairs(schemes()[scheme]) == []


def test_a_pale_token_would_be_noticed():
    assert weak_pairs({**schemes()[0], "muted": "#a8a2b3"})


def test_theme_knows_the_surfaces_of_the_tokens():
    light, dark = schemes()
    assert {light["surface"], light["bg"], light["sunken"]} == set(LIGHT_SURFACES)
    assert {dark["surface"], dark["bg"], dark["sunken"]} == set(DARK_SURFACES)


def test_the_platforms_own_accent_is_in_the_tokens():
    for scheme, tokens in zip(schemes(), accent_tokens(DEFAULT_ACCENT), strict=True):
        assert {name: scheme[name] for name in tokens} == tokens


@given(COLOURS)
@example("#ffffff")
@example("#000000")
@example("#ffff00")
@example("#808080")
def test_any_accent_can_be_read(colour):
    schemes_of = zip(accent_tokens(colour), (LIGHT_SURFACES, DARK_SURFACES), schemes(), strict=True)
    for tokens, surfaces, scheme in schemes_of:
        assert weak_accent(tokens, surfaces, scheme["ink"], scheme["muted"]) == []


def test_an_accent_taken_as_it_is_would_be_noticed():
    light, _dark = accent_tokens("#ffd400")
    assert weak_accent({**light, "accent-text": "#ffd400"}, LIGHT_SURFACES, "#1d1729", "#5b5369")


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#12345", "#1234567", "#12345g", "#123456\n", "#123456;}body{}", "javascript:x"])
def test_only_plain_colours_become_a_style_sheet(colour):
    with pytest.raises(ValueError, match="six hexadecimal"):
        accent_stylesheet(colour)


def test_the_style_sheet_sets_nothing_but_tokens():
    text = accent_stylesheet("#E4572E")
    assert re.fullmatch(r":root\{(--[\w-]+:#[0-9a-f]{6};?)+\}@media\(prefers-color-scheme:dark\)\{:root\{(--[\w-]+:#[0-9a-f]{6};?)+\}\}\n", text)


def test_the_style_sheets_of_the_shop_stay_small():
    import gzip

    sizes = [len(gzip.compress((CSS / f"{name}.css").read_bytes())) for name in ("tokens", "base", "components")]
    assert sum(sizes) < 8500, sizes
