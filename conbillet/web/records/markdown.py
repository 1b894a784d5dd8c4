"""Small pieces of Markdown."""

from collections.abc import Iterable
from typing import Any


def table(headings: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """A table; line breaks and bars in a cell would end it, so they are written otherwise."""
    heads = [str(heading) for heading in headings]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def bullets(items: Iterable[Any]) -> str:
    return "\n".join(f"- {item}" for item in items) + "\n"


def join(parts: Iterable[Any], *, empty: str = "–") -> str:
    """Texts one after the other, each once, in their order."""
    return ", ".join(dict.fromkeys(str(part) for part in parts)) or empty


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", "<br>") or "–"
