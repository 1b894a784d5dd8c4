"""Watches what a browser does behind the visitor's back: hosts it contacts, cookies it gets, errors it logs."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

LOCAL_SCHEMES = {"data", "blob", "about", "chrome-error"}


class Watch:
    """Collects what no page may do unannounced; a test announces what it means to happen."""

    def __init__(self, *origins: str, cookies: frozenset[str] = frozenset()) -> None:
        self.origins = set(origins)
        self.cookies = cookies
        self.expected: list[str] = []
        self.found: list[str] = []
        self.contexts: list[BrowserContext] = []

    def allow_origin(self, url: str) -> None:
        """This test goes to another origin on purpose (the fake Stripe's page, say)."""
        parts = urlsplit(url)
        self.origins.add(f"{parts.scheme}://{parts.netloc}")

    def expect_console(self, pattern: str) -> None:
        """This test provokes this error on purpose (a page that is not there, say)."""
        self.expected.append(pattern)

    def follow(self, context: BrowserContext) -> None:
        self.contexts.append(context)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def problems(self) -> list[str]:
        for context in self.contexts:
            for cookie in context.cookies():
                if cookie["name"] not in self.cookies:
                    self._note(f"an undeclared cookie was set: {cookie['name']}")
        return self.found

    def check(self) -> None:
        found = self.problems()
        assert not found, "the browser did what nobody declared:\n" + "\n".join(found)

    def _note(self, sentence: str) -> None:
        if sentence not in self.found:
            self.found.append(sentence)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in LOCAL_SCHEMES and f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self._note(f"a foreign host was contacted: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        text = message.text
        if message.type != "error" and "Content Security Policy" not in text:
            return
        if not any(re.search(pattern, text) for pattern in self.expected):
            self._note(f"the console says: {text} ({message.location['url']}:{message.location['lineNumber']})")

    def _error(self, error: WebError) -> None:
        text = str(error.error)
        if not any(re.search(pattern, text) for pattern in self.expected):
            self._note(f"a script failed: {text}")
