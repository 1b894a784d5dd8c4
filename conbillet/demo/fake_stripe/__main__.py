"""`python -m conbillet.demo.fake_stripe`: start the fake Stripe."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from pathlib import Path

from conbillet.demo.fake_stripe import sessions
from conbillet.demo.fake_stripe.api import Api
from conbillet.demo.fake_stripe.checkout_pages import CheckoutPages
from conbillet.demo.fake_stripe.control import Control
from conbillet.demo.fake_stripe.control_routes import control_router
from conbillet.demo.fake_stripe.overview import Overview
from conbillet.demo.fake_stripe.setup_pages import SetupPages
from conbillet.demo.fake_stripe.webhooks import Deliverer
from conbillet.demo.fake_stripe.world import WEBHOOK_EVENTS, Settings, World
from conbillet.demo.http import (
    Request,
    Response,
    Router,
    Server,
    asset_handler,
    is_cross_origin,
    run_until_told,
)

ASSETS = Path(__file__).parent.parent / "assets"
HOUSEKEEPING_SECONDS = 2.0


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="conbillet.demo.fake_stripe", description="A fake Stripe for demo and tests.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--public-url", help="how browsers reach this program (default: http://localhost:PORT)")
    parser.add_argument("--data", type=Path, required=True, help="folder for the journal")
    parser.add_argument("--webhook-url", default="", help="where events are delivered; none if left out")
    parser.add_argument("--webhook-secret", action="append", help="whsec_…; give two while one replaces the other")
    parser.add_argument("--webhook-events", default=",".join(WEBHOOK_EVENTS), help="event types to deliver, or *")
    parser.add_argument("--secret-key", help="the only API key accepted; else any sk_test_…")
    parser.add_argument(
        "--retry-base", type=float, default=0.5, help="seconds before the first retry; doubles after that"
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when the parent process does")
    return parser.parse_args()


def site(world: World, control: Control) -> Callable[[Request], Response]:
    """Everything on one port: API, control API, pages."""
    api, json_control = Api(world), control_router(control)
    checkout, setup, overview = CheckoutPages(world), SetupPages(world), Overview(control)
    pages = Router()
    pages.add("GET", "/", overview.show)
    pages.add("POST", "/do", overview.act)
    pages.add("GET", "/c/pay/{id}", checkout.show)
    pages.add("POST", "/c/pay/{id}", checkout.pay)
    pages.add("GET", "/c/pay/{id}/mobilepay", checkout.app)
    pages.add("POST", "/c/pay/{id}/mobilepay", checkout.answer_app)
    pages.add("GET", "/setup/{token}", setup.show)
    pages.add("POST", "/setup/{token}", setup.confirm)
    pages.add("GET", "/assets/{name}", asset_handler(ASSETS, "demo.css", "checkout.css"))

    def handle(request: Request) -> Response:
        if request.path.startswith("/v1/"):
            return api(request)
        if request.method != "GET" and is_cross_origin(request):
            return Response(b"This form belongs to another page.", 403)
        if request.path.startswith("/_control/"):
            return json_control(request)
        return pages(request)

    return handle


def keep_house(world: World) -> None:
    """Expire sessions and forget old idempotency keys, for ever."""
    while True:
        sessions.expire_due(world)
        world.store.drop_old_keys(world.now())
        time.sleep(HOUSEKEEPING_SECONDS)


def main() -> None:
    """Start, say so, and run until told to stop."""
    arguments = read_arguments()
    settings = Settings(
        public_url=(arguments.public_url or f"http://localhost:{arguments.port}").rstrip("/"),
        webhook_url=arguments.webhook_url,
        secrets=arguments.webhook_secret or ["whsec_test"],
        secret_key=arguments.secret_key,
        events=tuple(arguments.webhook_events.split(",")),
        retry_base=arguments.retry_base,
    )
    world = World(arguments.data, settings)
    deliverer = Deliverer(world)
    server = Server(arguments.host, arguments.port, site(world, Control(world, deliverer)))
    deliverer.start()
    server.start()
    threading.Thread(target=keep_house, args=(world,), daemon=True).start()
    run_until_told(
        f"fake Stripe: {settings.public_url}",
        until_stdin_closes=arguments.until_stdin_closes,
        on_stop=world.store.close,
    )


if __name__ == "__main__":
    main()
