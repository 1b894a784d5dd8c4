"""What one visitor does, request by request. Each journey is called again and again by the load generator."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from .http import Answer, Browser


class Unexpected(Exception):
    """An answer that the journey cannot go on with."""


class SoldOut(Exception):
    """The house said so, in words."""


class _Fields(HTMLParser):
    """What a browser would send of a page's forms, without anybody typing."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value, kind = given.get("name") or "", given.get("value") or "", given.get("type", "text")
        if tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in given):
            self.values[name] = value or ("on" if kind == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.values):
            self.values[self._select] = value


def _expect(answer: Answer, *statuses: int) -> Answer:
    if answer.status not in statuses:
        words = re.sub(r"<[^>]+>|\s+", " ", answer.text)
        raise Unexpected(f"{answer.status}: {answer.location} {re.sub(r' +', ' ', words)[:300]}")
    return answer


def page(browser: Browser, plan: dict[str, Any], number: int) -> None:
    """GET one of the plan's paths."""
    paths = plan["paths"]
    _expect(browser.get(paths[number % len(paths)]), 200)


def check_in(browser: Browser, plan: dict[str, Any], number: int) -> None:
    """Scan a ticket that nobody has scanned yet."""
    body = json.dumps({"code": plan["codes"][number], "scan": f"bench-{number}"}).encode()
    kind = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": plan["csrf"]}
    answer = _expect(browser.send("POST", plan["path"], body, kind), 200)
    if json.loads(answer.body).get("kind") != "yes":
        raise Unexpected(answer.text[:300])


def put_in_cart(browser: Browser, plan: dict[str, Any]) -> Answer:
    answer = browser.post(f"{plan['event']}cart/", {f"quantity_{product}": "1" for product in plan["products"]})
    if answer.status == 422 and plan["sold_out"] in answer.text:
        raise SoldOut
    return _expect(answer, 303)


def order(browser: Browser, plan: dict[str, Any], number: int) -> str:
    """From the cart's page to Stripe's: returns Stripe's address."""
    shown = _Fields()
    shown.feed(_expect(browser.get(f"{plan['event']}checkout/"), 200).text)
    typed = {
        "buyer-name": "Bente Bænk",
        "buyer-email": f"bench-{number}@example.com",
        "p1-whose": "me",
        "p1-birth_date": "01-05-1990",
        "action": "buy",
    }
    answer = browser.post(f"{plan['event']}checkout/", {**shown.values, **typed})
    if answer.status in (200, 422) and plan["sold_out"] in answer.text:
        raise SoldOut
    return _expect(answer, 303).location


def pay(plan: dict[str, Any], address: str) -> str:
    """The buyer pays at the fake Stripe, which tells the house by its webhooks; returns where the buyer goes next."""
    session = re.search(r"cs_[A-Za-z0-9_]+", address)
    if session is None:
        raise Unexpected(address)
    stripe = Browser(plan["stripe"])
    body = b'{"method": "card"}'
    answer = stripe.send("POST", f"/_control/sessions/{session[0]}/pay", body, {"Content-Type": "application/json"})
    stripe.close()
    _expect(answer, 200)
    return str(json.loads(answer.body)["redirect_url"])


def purchase(browser: Browser, plan: dict[str, Any], number: int) -> str:
    """A visitor whom nobody knows: event page, cart, checkout, and away to Stripe. Returns where Stripe sends them back."""
    browser.cookies.clear()
    _expect(browser.get(plan["event"]), 200)
    put_in_cart(browser, plan)
    back = urlsplit(pay(plan, order(browser, plan, number)))
    return f"{back.path}?{back.query}"


def come_back(browser: Browser, plan: dict[str, Any], number: int) -> None:
    """Back from Stripe: the order's page, and the question by which its script learns that it is paid."""
    path = plan["paths"][number]
    _expect(browser.get(path), 200)
    if b'"paid"' not in _expect(browser.get(f"{urlsplit(path).path}state.json"), 200).body:
        raise Unexpected("not paid")


def race(browser: Browser, plan: dict[str, Any], number: int) -> None:
    """One of too many buyers; those who get a ticket pay at once."""
    browser.cookies.clear()
    put_in_cart(browser, plan)
    pay(plan, order(browser, plan, number))


JOURNEYS: dict[str, Callable[[Browser, dict[str, Any], int], str | None]] = {
    "page": page,
    "check_in": check_in,
    "purchase": purchase,
    "come_back": come_back,
    "race": race,
}
