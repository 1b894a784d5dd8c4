"""A whole purchase from outside, against a running demo: choose, order, pay, read the mail, be let in once and only once.

    .venv/bin/python tools/whole_purchase.py                       # against http://localhost:8000, as `make run` starts it
    python3 tools/whole_purchase.py --shop http://localhost:8100   # the others are found beside it, as the demo has them

The shop is used through its pages, as a browser without script would; the fake Stripe and the mail catcher through their
JSON. Only Python's own library, so it can be copied elsewhere and changed. Told in prose in docs/from-outside.md.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen


class Form(HTMLParser):
    """What a browser would send of a page's forms without anybody typing, and the page's links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.links: list[str] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value, kind = given.get("name") or "", given.get("value") or "", given.get("type") or "text"
        if tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in given):
            self.values[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.values):
            self.values[self._select] = value
        elif tag == "a":
            self.links.append(given.get("href") or "")


class Browser:
    """One visitor of the shop: cookies, forms, and where the last page was."""

    def __init__(self, shop: str) -> None:
        self.at, self.text = shop, ""
        self._open = build_opener(HTTPCookieProcessor(CookieJar())).open

    def get(self, path: str) -> "Browser":
        return self._go(Request(urljoin(self.at, path)))

    def post(self, path: str, fields: dict[str, str]) -> "Browser":
        """Send a form. Anything but success is an error: the page says in words what was wrong."""
        return self._go(Request(urljoin(self.at, path), urlencode(fields).encode(), {"Sec-Fetch-Site": "same-origin"}))

    def fill(self, path: str = "", **typed: str) -> "Browser":
        """Send the form of this page, with what was typed into it."""
        return self.post(path, {**Form(self.text).values, **{name.replace("__", "-"): typed[name] for name in typed}})

    def _go(self, request: Request) -> "Browser":
        request.add_header("Accept-Language", "da")
        try:
            answer = self._open(request, timeout=30)
        except HTTPError as error:
            words = re.sub(r"\s+", " ", re.sub(r"(?s)<(style|script).*?</\1>|<[^>]+>", " ", error.read().decode()))
            raise SystemExit(f"{request.get_method()} {request.full_url}: {error.code}\n{words}") from None
        self.at, self.text = answer.url, answer.read().decode()
        return self


def ask(address: str, body: dict[str, Any] | None = None) -> Any:
    """The answer of the fake Stripe or the mail catcher, which speak JSON."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(address, data, {"Content-Type": "application/json"}), timeout=60) as answer:
        return json.load(answer)


def authenticator(secret: str) -> str:
    """What an authenticator app shows now for this secret."""
    digest = hmac.digest(base64.b32decode(secret), (int(time.time()) // 30).to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def something_on_sale(shop: str) -> str:
    """The path of the first event on the front page that sells tickets now, and whose door the demo's crew stands at."""
    visitor = Browser(shop).get("/")
    paths = [link for link in Form(visitor.text).links if re.fullmatch(r"/nordlys/[\w-]+/", link)]
    return next(path for path in paths if "quantity_" in visitor.get(path).text)


def order(shop: str, event: str, email: str) -> str:
    """Two tickets, for oneself and a friend; returns the address at Stripe where they are paid."""
    visitor = Browser(shop).get(event)
    product = next(name for name in Form(visitor.text).values if name.startswith("quantity_"))
    visitor.post(f"{event}cart/", {product: "2"})
    visitor.fill(buyer__name="Åse Ørsted", buyer__email=email, p1__whose="me", p1__birth_date="01-05-1990",
                 p2__name="Bo Østergård", p2__birth_date="29-02-1988", action="buy")  # fmt: skip
    return visitor.at


def pay(stripe: str, address: str) -> dict[str, Any]:
    """What the buyer does at Stripe. By the time it has answered, its webhook is on its way to the shop."""
    session = re.search(r"cs_\w+", address)
    if session is None:
        raise SystemExit(f"not at Stripe, but at {address}")
    return ask(f"{stripe}/_control/sessions/{session[0]}/pay", {"method": "mobilepay"})


def letter(mails: str, email: str, after: int = 0) -> dict[str, Any]:
    """The oldest mail to this address, as soon as it is there."""
    found = ask(f"{mails}/api/messages/wait?{urlencode({'to': email, 'after': after, 'timeout': 30})}")["message"]
    if found is None:
        raise SystemExit(f"no mail to {email} came")
    return found


def code_of_a_ticket(mail: dict[str, Any]) -> str:
    """From the mail's link to the order's page, from there to a ticket's, and the code that stands on it."""
    visitor = Browser(next(link for link in mail["links"] if "/order/" in link)).get("")
    ticket = next(link for link in Form(visitor.text).links if "/ticket/" in link)
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", visitor.get(ticket).text)
    if found is None:
        raise SystemExit("there is no code on the ticket's page")
    return found[0]


def at_the_door(shop: str, mails: str, crew: str, secret: str) -> Browser:
    """Somebody of the crew, signed in with a code by mail and the authenticator's."""
    newest = ask(f"{mails}/api/messages?{urlencode({'to': crew, 'limit': 1})}")["messages"]
    visitor = Browser(shop).get("/accounts/login/?next=/door/").fill(email=crew)
    mail = letter(mails, crew, after=newest[0]["id"] if newest else 0)
    code = re.search(r"\b\d{6}\b", mail["text"])
    visitor.fill(code=code[0] if code else "")
    return visitor.fill(code=authenticator(secret))


def let_in(crew: Browser, event: str, code: str) -> str:
    """What the door says: `yes`, `again`, or another no."""
    crew.get(f"/door{event}").fill("check-in/", code=code)
    found = re.search(r'class="verdict (\w+)', crew.text)
    return found[1] if found else crew.text


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--shop", default="http://localhost:8000", help="where the demo runs")
    arguments.add_argument("--stripe", help="the fake Stripe; two ports after the shop's unless told")
    arguments.add_argument("--mails", help="the mail catcher; three ports after the shop's unless told")
    arguments.add_argument("--event", help="path of an event, such as /nordlys/nordlyscon-2027/")
    arguments.add_argument("--crew", default="door@demo.example", help="somebody at the door")
    arguments.add_argument("--secret", default="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", help="of the crew's authenticator")
    given = arguments.parse_args()
    place = urlsplit(given.shop)
    stripe = given.stripe or f"http://{place.hostname}:{(place.port or 80) + 2}"
    mails = given.mails or f"http://{place.hostname}:{(place.port or 80) + 3}"
    event = given.event or something_on_sale(given.shop)
    email = f"aase.{secrets.token_hex(4)}@example.com"

    address = order(given.shop, event, email)
    print(f"ordered, to be paid at {address}")
    print(f"paid; Stripe sends the buyer back to {pay(stripe, address)['redirect_url']}")
    mail = letter(mails, email)
    print(f"mail to {email}: {mail['subject']}, with {', '.join(one['name'] for one in mail['attachments'])}")
    code = code_of_a_ticket(mail)
    crew = at_the_door(given.shop, mails, given.crew, given.secret)
    print(f"ticket {code} at the door: {let_in(crew, event, code)}, and a second time: {let_in(crew, event, code)}")


if __name__ == "__main__":
    main()
