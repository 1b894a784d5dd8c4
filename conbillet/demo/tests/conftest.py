"""A shop's side of the wire: the official SDK, and a place where webhooks arrive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe

from conbillet.demo.http import Request, Response, Server
from conbillet.demo.testing import FakeStripe


class Inbox:
    """Webhooks that arrived. `statuses` answers the next ones; after that 200."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.statuses: list[int] = []
        self._arrived = threading.Condition()
        self._server = Server("127.0.0.1", 0, self._handle)
        self._server.start()
        self.url = f"http://localhost:{self._server.port}/webhooks/stripe/"

    def _handle(self, request: Request) -> Response:
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
            return Response(status=self.statuses.pop(0) if self.statuses else 200)

    def wait(self, count: int, seconds: float = 10) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.requests) >= count, seconds), self.types()

    def events(self, secret: str) -> list[stripe.Event]:
        """What arrived, every signature verified by the SDK."""
        return [
            stripe.Webhook.construct_event(request.body, request.headers["stripe-signature"], secret)
            for request in self.requests
        ]

    def types(self) -> list[str]:
        return [request.json()["type"] for request in self.requests]


@pytest.fixture
def inbox(fake_stripe: FakeStripe) -> Iterator[Inbox]:
    """Webhooks of the fake Stripe arrive here."""
    box = Inbox()
    fake_stripe.webhooks_to(box.url)
    yield box
    fake_stripe.webhooks_to("")


@pytest.fixture
def account(fake_stripe: FakeStripe) -> str:
    """A connected account that can charge."""
    return fake_stripe.account(name="Fantasiforeningen")


@pytest.fixture
def client(fake_stripe: FakeStripe) -> stripe.StripeClient:
    """The official SDK, talking to the fake."""
    return sdk(fake_stripe)


def sdk(running: FakeStripe) -> stripe.StripeClient:
    return stripe.StripeClient(running.secret_key, base_addresses={"api": running.url}, max_network_retries=0)


def line(
    name: str = "Voksen, alle dage", amount: int = 27500, quantity: int = 1, currency: str = "dkk"
) -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    return {"quantity": quantity, "price_data": price}


def params(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "mode": "payment",
        "success_url": "http://shop.test/order/1/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/cart/",
        "line_items": [line()],
        "customer_email": "mette@eksempel.dk",
    }
    return {key: value for key, value in (base | changes).items() if value is not None}


Create = Callable[..., stripe.checkout.Session]


@pytest.fixture
def create(client: stripe.StripeClient, account: str) -> Create:
    """Make a session on the connected account."""

    def make(*, key: str | None = None, **changes: Any) -> stripe.checkout.Session:
        options: dict[str, Any] = {"stripe_account": account}
        if key:
            options["idempotency_key"] = key
        return client.v1.checkout.sessions.create(params=params(**changes), options=options)

    return make
