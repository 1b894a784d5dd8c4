"""A picture for an event that has none: a mosaic of game pieces, the same each time for the same slug.

The colours come from the accent tokens (`--pattern-1` to `--pattern-4`), so that a pattern wears its association's
colour in light and in dark. All shapes of one colour are one path, which keeps an event page small.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

from conbillet.web.theme import accent_tokens

TILE = 20

# Shapes in a tile of 20 by 20, as path data that starts from the tile's own corner ("m" of the tile is put in front).
_DISC = "m10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16z"
_RING = "m10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16zm0 5a3 3 0 1 1 0 6 3 3 0 1 1 0-6z"
_QUARTERS = (
    "h20a20 20 0 0 1-20 20z",
    "h20v20a20 20 0 0 1-20-20z",
    "m20 0v20h-20a20 20 0 0 1 20-20z",
    "v20h20a20 20 0 0 0-20-20z",
)
_HALVES = ("h20l-20 20z", "h20v20z", "m20 0v20h-20z", "v20h20z")
_DOMES = ("m0 20a10 10 0 0 1 20 0z", "h20a10 10 0 0 1-20 0z", "a10 10 0 0 1 0 20z", "m20 0v20a10 10 0 0 1 0-20z")
_STAR = "m10 1q0 9 9 9-9 0-9 9 0-9-9-9 9 0 9-9z"
_DIAMOND = "m10 1l9 9-9 9-9-9z"
_D20 = "m10 1l8 4.5v9l-8 4.5-8-4.5v-9zm0 4.5l-4.5 7.5h9z"
_MEEPLE = "m10 2a3 3 0 0 1 3 3.6c3 .8 5.4 2 5.4 4.4h-4.4l3 8h-5l-2-4-2 4h-5l3-8h-4.4c0-2.4 2.4-3.6 5.4-4.4a3 3 0 0 1 3-3.6z"
_TICKET = "m2 5h16v3a2 2 0 0 0 0 4v3h-16v-3a2 2 0 0 0 0-4z"
_PAWN = "m10 2a3.5 3.5 0 0 1 2 6.3l3 6.7v3h-10v-3l3-6.7a3.5 3.5 0 0 1 2-6.3z"


def _pips(*centres: tuple[int, int]) -> str:
    shape, at = "", (0, 0)
    for x, y in centres:
        shape += f"m{x - at[0]} {y - 2 - at[1]}a2 2 0 1 0 0 4 2 2 0 1 0 0-4z"
        at = (x, y - 2)
    return shape


_DICE = (
    _pips((10, 10)),
    _pips((6, 6), (14, 14)),
    _pips((5, 5), (10, 10), (15, 15)),
    _pips((6, 6), (14, 6), (6, 14), (14, 14)),
    _pips((5, 5), (15, 5), (10, 10), (5, 15), (15, 15)),
    _pips((6, 4), (14, 4), (6, 10), (14, 10), (6, 16), (14, 16)),
)

# A slug draws one geometric family and two kinds of pieces, so that each event has a character of its own.
_FAMILIES = (_QUARTERS, _HALVES, _DOMES, (_DISC, _RING), (*_QUARTERS, _DISC), (*_HALVES, _DIAMOND))
_PIECES = (_DICE, (_MEEPLE,), (_STAR,), (_D20,), (_TICKET,), (_PAWN,), _DICE, (_MEEPLE,))


def _draws(seed: str) -> Iterator[int]:
    """Endless numbers 0 to 255 from a seed; not `random`, whose stream may change between versions of Python."""
    counter = 0
    while True:
        yield from hashlib.sha256(f"{seed}/{counter}".encode()).digest()
        counter += 1


@lru_cache(maxsize=256)
def _paint(accent: str) -> tuple[str, ...]:
    """How each of the four colours is written: a class of the page's accent, or a colour of its own."""
    if not accent:
        return tuple(f'class="p{number}"' for number in range(1, 5))
    light, _dark = accent_tokens(accent)
    return tuple(f'fill="{light[f"pattern-{number}"]}"' for number in range(1, 5))


@lru_cache(maxsize=512)
def event_pattern(slug: str, columns: int = 14, rows: int = 5, accent: str = "") -> SafeString:
    """An SVG mosaic for a slug, decorative (hidden from screen readers), about a kilobyte compressed.

    With `accent` (`#rrggbb`) it wears that colour instead of the page's: for lists of many associations' events.
    """
    paint = _paint(accent)
    draw = _draws(slug)
    family = _FAMILIES[next(draw) % len(_FAMILIES)]
    first = next(draw) % len(_PIECES)
    pieces = (_PIECES[first], _PIECES[(first + 1 + next(draw) % (len(_PIECES) - 1)) % len(_PIECES)])
    tiles: dict[int, str] = {2: "", 3: "", 4: ""}
    shapes: dict[int, str] = {1: "", 2: "", 3: "", 4: ""}
    for row in range(rows):
        for column in range(columns):
            corner = f"M{column * TILE} {row * TILE}"
            ground = (1, 1, 1, 2, 3, 3, 4, 4)[next(draw) % 8]
            if ground != 1:
                tiles[ground] += f"{corner}h20v20h-20z"
            chance, colour = next(draw) % 16, (ground + next(draw) % 3) % 4 + 1
            if chance < 9:
                shapes[colour] += corner + family[next(draw) % len(family)]
            elif chance < 14:
                kind = pieces[next(draw) % 2]
                shapes[colour] += corner + kind[next(draw) % len(kind)]
    width, height = columns * TILE, rows * TILE
    paths = [f'<path {paint[0]} d="M0 0h{width}v{height}h-{width}z"/>']
    for layer in (tiles, shapes):
        paths += [f'<path {paint[colour - 1]} d="{data}"/>' for colour, data in layer.items() if data]
    return mark_safe(  # noqa: S308 - built of our own constants; the slug is hashed, never written
        f'<svg class="pattern" viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f"{''.join(paths)}</svg>"
    )


def brand_mark(slug: str, accent: str = "") -> SafeString:
    """A small square mark for an association, of the same mosaic."""
    return event_pattern(slug, columns=2, rows=2, accent=accent)
