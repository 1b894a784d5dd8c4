"""The addresses of the control API."""

from __future__ import annotations

from collections.abc import Callable

from conbillet.demo.fake_stripe import accounts, history
from conbillet.demo.fake_stripe.control import Control
from conbillet.demo.fake_stripe.errors import ApiError, Json
from conbillet.demo.http import Request, Response, Router, json_response


def control_router(control: Control) -> Callable[[Request], Response]:
    """The addresses of the control API."""
    router = Router()
    world, deliverer = control.world, control.deliverer

    def add(method: str, path: str, verb: Callable[..., Json]) -> None:
        router.add(method, f"/_control/{path}", lambda request, **names: json_response(verb(request, **names)))

    add("GET", "health", lambda request: {"ok": True})
    add("GET", "state", lambda request: control.state())
    add("GET", "events", lambda request: control.events(request.query))
    add("GET", "requests", lambda request: {"requests": list(world.requests)})
    add("GET", "faults", lambda request: {"faults": world.faults.waiting()})
    add("POST", "faults", lambda request: control.add_fault(request.json()))
    add("DELETE", "faults", lambda request: control.clear_faults())
    add("POST", "sessions/{id}/pay", lambda request, id: control.pay(id, request.json()))
    add("POST", "sessions/{id}/expire", lambda request, id: control.expire(id))
    add("POST", "accounts", lambda request: control.create_account(request.json()))
    add("POST", "accounts/{id}/onboard", lambda request, id: control.change_account(id, accounts.onboard))
    add("POST", "accounts/{id}/restrict", lambda request, id: control.change_account(id, accounts.restrict))
    add("POST", "history", lambda request: history.remember(world, request.json()))
    add("POST", "disputes", lambda request: control.dispute(request.json()))
    add("POST", "disputes/{id}/close", lambda request, id: control.close_dispute(id, request.json()))
    add("POST", "refunds/{id}", lambda request, id: control.refund_status(id, request.json()))
    add("POST", "payouts", lambda request: control.payout(request.json()))
    add("POST", "events/{id}/replay", lambda request, id: control.replay(id, request.json()))
    add("POST", "forge", lambda request: control.forge(request.json()))
    add("POST", "webhooks", lambda request: control.configure(request.json()))
    add("POST", "webhooks/flush", lambda request: control.flush(request.json()))
    add(
        "POST", "webhooks/wait", lambda request: {"idle": deliverer.wait_idle(float(request.json().get("timeout", 10)))}
    )
    add("POST", "clock", lambda request: control.clock(request.json()))
    add("POST", "reset", lambda request: control.reset(request.json()))

    def answer(request: Request) -> Response:
        try:
            return router(request)
        except ApiError as error:
            return json_response(error.body(), error.status)

    return answer
