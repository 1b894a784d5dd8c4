"""HTML that is escaped by construction, two languages, and how money and time are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
VOID = {"input", "meta", "link", "br", "hr", "img"}
URL_ATTRIBUTES = {"href", "src", "action"}


class Html(str):
    """Text that is markup already. Everything that is not Html is escaped when it enters a page."""


def safe_url(url: str) -> str:
    """`url` if it leads to a web page, a mailbox or this site; else `#`, so that no script can hide in it."""
    scheme = urlsplit(url.strip()).scheme.lower()
    return url if scheme in ("", "http", "https", "mailto") else "#"


def el(tag: str, *children: Any, **attributes: Any) -> Html:
    """One element. `class_` and `for_` lose their underscore, `aria_label` becomes `aria-label`, None is left out."""
    parts = [f"<{tag}"]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        name = name.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(f" {name}")
            continue
        value = safe_url(str(value)) if name in URL_ATTRIBUTES else value
        parts.append(f' {name}="{escape(str(value), quote=True)}"')
    parts.append(">")
    if tag in VOID:
        return Html("".join(parts))
    return Html("".join(parts) + join(children) + f"</{tag}>")


def join(children: Iterable[Any]) -> Html:
    """The children one after the other; lists are opened, None is nothing, plain text is escaped."""
    out: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            out.append(child)
        elif isinstance(child, list | tuple):
            out.append(join(child))
        else:
            out.append(escape(str(child)))
    return Html("".join(out))


def name_of(value: Any) -> Html:
    """Somebody's text, isolated so that right-to-left marks in it cannot reorder what stands around it."""
    return el("bdi", value)


def document(*, title: str, lang: str, body: Iterable[Any], css: tuple[str, ...] = (), class_: str = "") -> str:
    """A whole page."""
    head = [
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="robots", content="noindex"),
        el("title", title),
        el("link", rel="icon", href="data:,"),
        [el("link", rel="stylesheet", href=f"/assets/{name}") for name in ("demo.css", *css)],
    ]
    return "<!doctype html>" + el("html", el("head", head), el("body", list(body), class_=class_ or None), lang=lang)


def pick_language(wanted: str | None, accept_language: str) -> str:
    """`da` or `en`: what was asked for, else what the browser prefers, else Danish."""
    if wanted in ("da", "en"):
        return str(wanted)
    for part in accept_language.lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in ("da", "en"):
            return tag
    return "da"


def money(amount: int, currency: str, lang: str) -> str:
    """Minor units as people write them: `1.234,50 kr.` or `DKK 1,234.50`."""
    digits = f"{abs(amount) / 100:,.2f}"
    sign = "−" if amount < 0 else ""
    if lang != "da":
        return f"{sign}{currency.upper()} {digits}"
    danish = digits.replace(",", " ").replace(".", ",").replace(" ", ".")
    return f"{sign}{danish} kr." if currency == "dkk" else f"{sign}{danish} {currency.upper()}"


def clock_time(seconds: float, lang: str) -> str:
    """An instant in Copenhagen, to the second."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(COPENHAGEN)
    return moment.strftime("%d.%m.%Y kl. %H.%M.%S" if lang == "da" else "%d %b %Y, %H:%M:%S")


def short_time(seconds: float, lang: str) -> str:
    """The time of day of an instant in Copenhagen."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(COPENHAGEN)
    return moment.strftime("%H.%M" if lang == "da" else "%H:%M")


def origin_of(url: str) -> str:
    """`scheme://host:port` of a web address, else nothing; used in a page's policy."""
    parts = urlsplit(url)
    plain = re.fullmatch(r"[\w.\-:\[\]]+", parts.netloc, re.ASCII)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and plain else ""
