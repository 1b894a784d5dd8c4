"""Every address of the house, filled in, and a record of what each answer left in the browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import get_resolver
from playwright.sync_api import APIResponse, BrowserContext, Page

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
NO_PAGE = re.compile(
    r"\.(pdf|csv|xlsx|ics|json|txt|svg|ico|css|webmanifest)$|^hooks/|^media/|^healthz|^readyz|download"
)
SIGN_IN = "/accounts/"  # whoever goes there is logging in
# A page in a sandbox (`Content-Security-Policy: sandbox`) has no place to keep anything.
STORED = """async () => {
  if (window.origin === 'null') return [];
  const names = Object.keys(localStorage).map(key => 'localStorage ' + key)
    .concat(Object.keys(sessionStorage).map(key => 'sessionStorage ' + key));
  const bases = indexedDB.databases ? await indexedDB.databases() : [];
  return names.concat(bases.map(base => 'indexedDB ' + base.name), (await caches.keys()).map(key => 'cache ' + key));
}"""


def patterns(found: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """(pattern, name) of every address of the house."""
    for pattern in found or get_resolver().url_patterns:
        text = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from patterns(pattern.url_patterns, text)
        else:
            yield text, pattern.name or ""


def filled(pattern: str, name: str, values: dict[str, Any]) -> str:
    """The address with values put in: those of its own name or place first, then the common ones, else nothing real."""
    own = values.get(f"{name}:", {})
    for start, more in values.items():
        if "/" in start and pattern.startswith(start):
            own = more

    def value(match: re.Match[str]) -> str:
        kind, key = match[1] or "", match[2] or match[3]
        return str(own.get(key, values.get(key, "1" if kind == "int" else "8000" if key == "digits" else "nothing")))

    return "/" + PARAMETER.sub(value, pattern).replace("\\", "").strip("^$")


@dataclass
class Record:
    """What the house left in a browser, page by page, against what the data map declares."""

    cookies: dict[str, Any]
    origin: str
    ours: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    pages: int = 0

    def note(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)

    def answered(self, address: str, answer: APIResponse, *, signed_in: bool) -> None:
        """Cookies in an answer: declared, ours, and set only when the map says so."""
        for header in answer.headers_array:
            if header["name"].lower() != "set-cookie":
                continue
            name = header["value"].split("=", 1)[0].strip()
            self.ours.add(name)
            declared = self.cookies.get(name)
            if declared is None or declared.party:
                self.note(f"{address} sets a cookie that is not declared as ours: {name}")
            elif declared.clause == "cookie.consent":
                self.note(f"{address} sets {name}, though nobody has answered")
            elif not signed_in and not address.startswith(SIGN_IN) and "csrfmiddlewaretoken" not in answer.text():
                self.note(f"{address} sets {name} for a visitor who only reads")

    def shown(self, page: Page) -> None:
        """Whatever a page keeps in the browser besides cookies is undeclared."""
        self.pages += 1
        for what in page.evaluate(STORED):
            self.note(f"{page.url.removeprefix(self.origin)} keeps something in the browser: {what}")

    def left_over(self, context: BrowserContext) -> None:
        """What the browser holds in the end, scripts' cookies included."""
        for cookie in context.cookies():
            if cookie["name"] not in self.cookies:
                self.note(f"an undeclared cookie was set: {cookie['name']}")
