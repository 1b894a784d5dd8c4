"""PDF documents: typst templates filled with data, compiled in this process into tagged, accessible PDF (PDF/UA-1).

Data reaches a template as JSON in `sys.inputs.data` and is shown as text: nothing in it is ever read as typst markup
or code. Only fonts that ship with ConBillet are used, so that a document looks the same on every machine.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import typst

FONT_FOLDER = Path(__file__).parent / "fonts"
LONGEST_TEXT = 4000
Data: TypeAlias = "str | int | bool | None | Sequence[Data] | Mapping[str, Data]"

_ROOT = Path(__file__).parents[1]
_MISSING = "\u25a1"
_BREAK_HERE = "\u200b"
_UNBROKEN = re.compile(r"\S{25,}")
_PART = re.compile(r"[^/.@?&=-]*[/.@?&=-]+|[^/.@?&=-]+")


class CannotTypeset(Exception):
    """A template or its data is faulty. Carries typst's own words, but never the data."""


@dataclass(frozen=True)
class Seller:
    """The association as it stands on tickets and receipts. `address` in lines; `cvr` may be empty."""

    name: str
    address: tuple[str, ...] = ()
    cvr: str = ""
    email: str = ""

    def data(self) -> dict[str, Data]:
        return {"name": self.name, "address": self.address, "cvr": self.cvr, "email": self.email}


def compile_pdf(
    template: Path, data: Mapping[str, Data], *, pictures: Sequence[str] = (), created_at: datetime | None = None
) -> bytes:
    """The PDF that `template` (a .typ file inside the package) makes of `data`. Raises CannotTypeset.

    `pictures` are SVG files made by us; they are passed on as they are, in `sys.inputs.pictures`.

    The same template, data and `created_at` always give the same bytes. Safe in several threads.
    """
    import typst  # seven megabytes, which a web worker that prints nothing can do without

    # Fonts are the expensive part and shared by all threads; a kept compiler gains nothing and is not safe in threads.
    try:
        pdf = typst.compile(
            str(template),
            root=str(_ROOT),
            font_paths=_fonts(),
            format="pdf",
            sys_inputs={
                "data": json.dumps(_drawable(data), ensure_ascii=False),
                "pictures": json.dumps(list(pictures)),
            },
            pdf_standards=["ua-1"],
            timestamp=created_at and created_at.replace(microsecond=0),  # typst takes whole seconds only
        )
    except RuntimeError as error:  # TypstError is one, too
        raise CannotTypeset(f"{template.name}: {_without_quotes(str(getattr(error, 'message', error)))}") from None
    return bytes(pdf)


def text_on(colour: str) -> str:
    """Black or white, whichever is easier to read on `colour` (`#rrggbb`), by WCAG's relative luminance."""
    return "#000000" if _luminance(colour) > 0.179 else "#ffffff"


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER)])


@cache
def _coverage() -> frozenset[int]:
    points: set[int] = set()
    for line in (FONT_FOLDER / "coverage.txt").read_text(encoding="ascii").split():
        first, _, last = line.partition("-")
        points.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(points)


def _drawable(data: Data) -> Data:
    if isinstance(data, str):
        return drawable(data)
    if isinstance(data, Mapping):
        return {key: _drawable(value) for key, value in data.items()}
    if isinstance(data, Sequence):
        return [_drawable(value) for value in data]
    return data


def drawable(text: str) -> str:
    """The text as our fonts can draw it: composed, without invisible controls (which could turn its direction round),
    a box for each run of signs that the fonts lack, and room to break in very long words."""
    if text.isascii() and text.isprintable() and len(text) < 25:
        return text
    covered = _coverage()
    drawn: list[str] = []
    for sign in unicodedata.normalize("NFC", text[:LONGEST_TEXT]):
        category = unicodedata.category(sign)
        if sign in "\n\t":
            drawn.append(sign)
        elif category in ("Cc", "Zl", "Zp"):
            drawn.append(" ")
        elif category in ("Cf", "Cs", "Cn", "Co") or "\ufe00" <= sign <= "\ufe0f":
            continue
        elif ord(sign) in covered:
            drawn.append(sign)
        elif not (drawn and drawn[-1] == _MISSING):
            drawn.append(_MISSING)
    return _UNBROKEN.sub(lambda word: _breakable(word[0]), "".join(drawn))


def _breakable(word: str) -> str:
    """With invisible places to break, after the marks in addresses first of all."""
    parts = [part[at : at + 16] for part in _PART.findall(word) for at in range(0, len(part), 16)]
    return _BREAK_HERE.join(parts)


def _luminance(colour: str) -> float:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError("a colour is written #rrggbb")
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _without_quotes(message: str) -> str:
    # typst quotes what it stumbled on, which may be somebody's name.
    return re.sub(r"`[^`]*`", "`…`", message)
