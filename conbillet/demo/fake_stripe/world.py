"""Everything the parts of the fake share: the store, the clock, the faults, the settings, and how events are made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from conbillet.demo.fake_stripe.errors import Json
from conbillet.demo.fake_stripe.faults import Faults
from conbillet.demo.fake_stripe.store import Change, Store, copy_json, new_id

API_VERSION = "2026-10-28.endive"

# What a shop would subscribe to; the other events are kept and listed, but not delivered.
WEBHOOK_EVENTS = (
    "account.updated",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.refunded",
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "payout.failed",
    "payout.paid",
    "refund.created",
    "refund.failed",
    "refund.updated",
)


@dataclass
class Settings:
    """How the program was started. `secrets` may hold two webhook secrets while one replaces the other."""

    public_url: str
    webhook_url: str = ""
    secrets: list[str] = field(default_factory=lambda: ["whsec_test"])
    secret_key: str | None = None
    events: tuple[str, ...] = WEBHOOK_EVENTS
    retry_base: float = 0.5


class Tx(Change):
    """A transaction that knows the time and can make events."""

    world: World
    request: Json
    quiet = False  # what lies in the past is not told again

    @property
    def now(self) -> int:
        """The fake's time in seconds."""
        return self.world.now()

    def emit(self, type_: str, body: Json, owner: str, previous: Json | None = None) -> None:
        """Make an event about `body` as it is now, and queue its delivery."""
        if self.quiet:
            return
        data: Json = {"object": copy_json(body)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Json = {
            "id": new_id("evt_1"),
            "object": "event",
            "account": owner,
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": self.request,
            "type": type_,
        }
        if not owner:
            del event["account"]
        settings = self.world.settings
        wanted = bool(settings.webhook_url) and ("*" in settings.events or type_ in settings.events)
        event["pending_webhooks"] = int(wanted)
        self.add("event", owner, event)
        if wanted:
            self._queue(str(event["id"]), type_)

    def _queue(self, event: str, type_: str) -> None:
        fault = self.world.faults.for_event(type_)
        kind = fault.kind if fault else ""
        for _ in range(2 if kind == "webhooks_doubled" else 1):
            id_ = new_id("whd_")
            state, due = "pending", time.time()
            if kind == "webhooks_lost":
                state = "lost"
            elif kind == "webhooks_delayed" and fault:
                # Without a time it is held until somebody asks for it.
                state, due = ("held", 0.0) if fault.seconds is None else ("pending", due + fault.seconds)
            elif kind == "webhooks_reordered" and fault:
                due += fault.wait()
                fault.held.append(id_)
            self.add(
                "delivery", "", {"id": id_, "event": event, "type": type_, "state": state, "attempts": 0, "due": due}
            )
            self.deliveries.append(id_)
        if kind == "webhooks_reordered" and fault and fault.times == 0:
            self._release_backwards(fault.held)

    def _release_backwards(self, ids: list[str]) -> None:
        """Deliver what was held, the newest first, far enough apart that the order shows."""
        for number, id_ in enumerate(reversed(ids)):
            record = self.get(id_)
            if record and record.body["state"] == "pending":
                record.body["due"] = time.time() + 0.1 * number
                self.put(record)
                self.deliveries.append(id_)


class World:
    """The fake Stripe's state and surroundings."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.store = Store(folder)
        self.settings = settings
        self.faults = Faults()
        self.on_deliveries = lambda ids: None
        self.requests: list[Json] = []

    def now(self) -> int:
        """The time in seconds; control calls can move it forward."""
        return int(time.time() + self.store.settings.get("clock", 0))

    @contextmanager
    def change(self, request: Json | None = None) -> Iterator[Tx]:
        """Open a transaction; deliveries start once it is committed. `request` names the API request in events."""
        with self.store.lock:
            tx = Tx(self.store)
            tx.world = self
            tx.request = request or {"id": None, "idempotency_key": None}
            yield tx
            self.store.commit(tx)
        if tx.deliveries:
            self.on_deliveries(tx.deliveries)

    def note_request(self, entry: Json) -> None:
        """Remember an API request for those who look; the last thousand are kept."""
        self.requests.append(entry)
        del self.requests[:-1000]
