"""Somebody who buys over HTTP, field by field, as the pages' forms would send it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from conbillet.sales.models import Cart, Order
from tests.money.conftest import Shop

ADA = {"buyer-name": "Ada Lund", "buyer-email": "ada@example.com"}
ADDRESS = {"buyer-street": "Skovvej 1", "buyer-postcode": "8000", "buyer-city": "Aarhus C", "buyer-country": "DK"}
ME = {"p1-whose": "me", "p1-birth_date": "01-05-1990"}


class _Fields(HTMLParser):
    """The values that a browser would send, without anybody typing: hidden fields, selects, ticked radio buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select, self._textarea = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        kind = given.get("type", "text")
        if tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in given):
            self.values[name] = value or ("on" if kind == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.values):
            self.values[self._select] = value


def fields_of(response: HttpResponse) -> dict[str, str]:
    """What the form on a page would send as it stands."""
    parser = _Fields()
    parser.feed(response.content.decode())
    return parser.values


@dataclass
class Visitor:
    shop: Shop
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    requests: int = 0

    @property
    def base(self) -> str:
        event = self.shop.world.event
        return f"/{event.organization.slug}/{event.slug}/"

    def get(self, path: str, **headers: str) -> HttpResponse:
        self.requests += 1
        return self.client.get(path, **headers)

    def post(self, path: str, data: dict[str, object], **headers: str) -> HttpResponse:
        self.requests += 1
        return self.client.post(path, data, **headers)

    def add(self, *, base: str = "", **fields: object) -> HttpResponse:
        """`quantity_7=2`, or by the cast's names: `adult=2`, `shirt_M=1`, `donation="50"`."""
        world = self.shop.world
        data: dict[str, object] = {}
        for name, value in fields.items():
            if name.startswith("shirt_"):
                data[f"quantity_{world.shirt.pk}_{world.sizes[name[-1]].pk}"] = value
            elif name == "donation":
                data[f"amount_{world.donation.pk}"] = value
            elif hasattr(world, name):
                data[f"quantity_{getattr(world, name).pk}"] = value
            else:
                data[name] = value
        return self.post(f"{base or self.base}cart/", data)

    def checkout(self) -> HttpResponse:
        return self.get(f"{self.base}checkout/")

    def fill(self, page: HttpResponse | None = None, **typed: object) -> dict[str, object]:
        """The checkout's form with what is there already, Ada as the buyer and `typed` (`p1__name` for `p1-name`)."""
        shown = fields_of(page or self.checkout())
        named = {name.replace("__", "-"): value for name, value in typed.items()}
        return {name: value for name, value in {**shown, **ADA, **ME, **named}.items() if value is not None}

    def buy(self, page: HttpResponse | None = None, **typed: object) -> HttpResponse:
        return self.post(f"{self.base}checkout/", {**self.fill(page, **typed), "action": "buy"})

    def order(self) -> Order:
        return Order.objects.order_by("-pk").select_related("event", "organization")[0]

    def cart(self) -> Cart:
        return Cart.objects.order_by("-pk")[0]

    def pay_at_stripe(self, answer: HttpResponse) -> None:
        """The buyer pays on the page that `answer` leads to; Stripe's news arrive."""
        from tests.jobs import run_jobs

        session = re.search(r"cs_[A-Za-z0-9_]+", answer["Location"])
        assert session, answer["Location"]
        self.shop.stripe.pay(session[0])
        self.shop.deliver()
        run_jobs()


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
