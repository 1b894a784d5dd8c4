"""One accent colour per association, made readable.

An association picks any colour; this module derives the tokens that pages use, so that text on the accent, and the
accent as text, reach the contrast that WCAG 2.2 AA asks for (4.5:1), in light and in dark. Lightness is changed in
OKLCH, which keeps the hue that people recognise. https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

from __future__ import annotations

import math
import re

DEFAULT_ACCENT = "#2f45d8"
TEXT_CONTRAST = 4.5
EDGE_CONTRAST = 3.0

# The neutral surfaces of tokens.css that accent text may lie on; a test keeps the two files together.
LIGHT_SURFACES = ("#ffffff", "#f7f6fa", "#edeaf3")
DARK_SURFACES = ("#221d2e", "#17131f", "#100d16")
WHITE, INK = "#ffffff", "#1d1729"

_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    a, b = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def accent_tokens(colour: str) -> tuple[dict[str, str], dict[str, str]]:
    """The accent tokens for the light and the dark scheme. Raises ValueError unless `colour` is `#rrggbb`."""
    if not _HEX.match(colour):
        raise ValueError("A colour is written as # and six hexadecimal digits.")
    lightness, chroma, hue = _to_oklch(colour.lower())
    light_soft = _hex(0.955, min(chroma * 0.3, 0.032), hue)
    dark_soft = _hex(0.3, min(chroma * 0.5, 0.07), hue)

    light_fill, light_on = _fill(colour.lower(), lightness, chroma, hue)
    dark_fill, dark_on = _fill(_hex(max(lightness, 0.7), min(chroma, 0.19), hue), max(lightness, 0.7), chroma, hue)
    light = {
        "accent": light_fill,
        "on-accent": light_on,
        "accent-text": _until(lightness, chroma, hue, -0.01, (*LIGHT_SURFACES, light_soft), TEXT_CONTRAST),
        "accent-edge": _until(lightness, chroma, hue, -0.01, (*LIGHT_SURFACES, light_soft), EDGE_CONTRAST),
        "accent-soft": light_soft,
        "pattern-1": light_fill,
        "pattern-2": _hex(0.8, min(chroma, 0.13), hue + 35),
        "pattern-3": _hex(0.38, min(chroma, 0.13), hue - 15),
        "pattern-4": _hex(0.9, min(chroma * 0.6, 0.07), hue - 30),
    }
    dark = {
        "accent": dark_fill,
        "on-accent": dark_on,
        "accent-text": _until(max(lightness, 0.7), chroma, hue, 0.01, (*DARK_SURFACES, dark_soft), TEXT_CONTRAST),
        "accent-edge": _until(max(lightness, 0.5), chroma, hue, 0.01, (*DARK_SURFACES, dark_soft), EDGE_CONTRAST),
        "accent-soft": dark_soft,
        "pattern-1": _hex(max(min(lightness, 0.66), 0.5), min(chroma, 0.18), hue),
        "pattern-2": _hex(0.72, min(chroma, 0.12), hue + 35),
        "pattern-3": _hex(0.36, min(chroma, 0.1), hue - 15),
        "pattern-4": _hex(0.48, min(chroma * 0.6, 0.08), hue - 30),
    }
    return light, dark


def accent_stylesheet(colour: str) -> str:
    """A small style sheet that sets an association's accent tokens. Raises ValueError unless `colour` is `#rrggbb`.

    Pages link it after the shared style sheets; the content security policy forbids inline styles.
    """
    light, dark = accent_tokens(colour)
    return f":root{{{_declarations(light)}}}@media(prefers-color-scheme:dark){{:root{{{_declarations(dark)}}}}}\n"


def _declarations(tokens: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in tokens.items())


def _fill(colour: str, lightness: float, chroma: float, hue: float) -> tuple[str, str]:
    """A fill colour near `colour` and the text colour to put on it."""
    while True:
        for text in (WHITE, INK):
            if contrast(colour, text) >= TEXT_CONTRAST:
                return colour, text
        lightness -= 0.01
        colour = _hex(lightness, chroma, hue)


def _until(lightness: float, chroma: float, hue: float, step: float, surfaces: tuple[str, ...], wanted: float) -> str:
    """Move the lightness by `step` until the colour stands out from every surface."""
    while True:
        colour = _hex(lightness, chroma, hue)
        if all(contrast(colour, surface) >= wanted for surface in surfaces) or not 0 < lightness < 1:
            return colour
        lightness += step


def _channels(colour: str) -> tuple[float, float, float]:
    def linear(position: int) -> float:
        value = int(colour[position : position + 2], 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return linear(1), linear(3), linear(5)


def _luminance(colour: str) -> float:
    red, green, blue = _channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> tuple[float, float, float]:
    # Matrices of the OKLab definition, https://bottosson.github.io/posts/oklab/
    red, green, blue = _channels(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a))


def _linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """The nearest colour that a screen shows: chroma is lowered until all three channels are in range."""
    lightness = min(max(lightness, 0.0), 1.0)
    while chroma > 0 and not all(-0.0005 <= value <= 1.0005 for value in _linear_rgb(lightness, chroma, hue)):
        chroma = max(chroma - 0.004, 0.0)
    result = "#"
    for value in _linear_rgb(lightness, chroma, hue):
        value = min(max(value, 0.0), 1.0)
        encoded = value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
        result += f"{round(encoded * 255):02x}"
    return result
