"""Delivers events: signed like Stripe's, retried with growing pauses, from threads of their own."""

from __future__ import annotations

import hashlib
import heapq
import hmac
import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from conbillet.demo.fake_stripe.errors import Json
from conbillet.demo.fake_stripe.world import World

ATTEMPTS = 16
LONGEST_PAUSE = 60.0
ANSWER_SECONDS = 20.0
WORKERS = 3


def sign(body: bytes, secrets: list[str], at: int) -> str:
    """The `Stripe-Signature` header: one `v1` per secret over the time and the raw body."""
    signed = str(at).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


def payload(event: Json) -> bytes:
    """The raw body of a delivery."""
    return json.dumps(event, separators=(",", ":")).encode()


class Sender:
    """One thread's connection to the shop, kept open between deliveries."""

    def __init__(self) -> None:
        self._connection: http.client.HTTPConnection | None = None
        self._origin = ""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Post and return the status. Raises OSError or HTTPException when there is no answer."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        fresh = self._connection is None or origin != self._origin
        if fresh:
            self.close()
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            self._connection, self._origin = kind(parts.netloc, timeout=ANSWER_SECONDS), origin
        assert self._connection is not None
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            self._connection.request("POST", target, body, headers)
            answer = self._connection.getresponse()
            answer.read(1_000_000)
            if answer.will_close or not answer.isclosed():
                self.close()
            return answer.status
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # A connection that slept may have been closed by the other side meanwhile: not the event's fault.
            if not fresh and isinstance(error, ConnectionError | http.client.RemoteDisconnected):
                return self.post(url, body, headers)
            raise

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Deliverer:
    """The queue of deliveries and the threads that work it off."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._due: list[tuple[float, str]] = []
        self._when: dict[str, float] = {}  # the truth; an entry of the heap that differs from it is old
        self._busy = 0
        self._flying: set[str] = set()
        self._wake = threading.Condition()
        world.on_deliveries = self.schedule

    def start(self) -> None:
        """Take up what was pending when the program last ended, and start the threads."""
        self.schedule([record.id for record in self._world.store.all("delivery") if record.body["state"] == "pending"])
        for _ in range(WORKERS):
            threading.Thread(target=self._work, name="webhooks", daemon=True).start()

    def schedule(self, ids: list[str]) -> None:
        """Queue deliveries at their due time."""
        with self._wake:
            for id_ in ids:
                record = self._world.store.get(id_)
                # What is on its way just now must not set out a second time.
                if record and record.body["state"] == "pending" and id_ not in self._flying:
                    self._when[id_] = record.body["due"]
                    heapq.heappush(self._due, (record.body["due"], id_))
            self._wake.notify_all()

    def is_flying(self, id_: str) -> bool:
        """Whether a delivery is on its way at this moment."""
        with self._wake:
            return id_ in self._flying

    def forget(self) -> None:
        """Drop the queue, after a reset."""
        with self._wake:
            self._due.clear()
            self._when.clear()
            self._wake.notify_all()

    def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing is on its way; False if that takes too long. What is held does not count."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._when and self._busy == 0, timeout=seconds)

    def _next(self) -> str:
        with self._wake:
            while True:
                while self._due and self._when.get(self._due[0][1]) != self._due[0][0]:
                    heapq.heappop(self._due)
                pause = self._due[0][0] - time.time() if self._due else None
                if pause is not None and pause <= 0:
                    self._busy += 1
                    id_ = heapq.heappop(self._due)[1]
                    del self._when[id_]
                    self._flying.add(id_)
                    return id_
                self._wake.wait(pause)

    def _work(self) -> None:
        sender = Sender()
        while True:
            id_ = self._next()
            try:
                self._deliver(sender, id_)
            finally:
                with self._wake:
                    self._flying.discard(id_)
                    self._busy -= 1
                    self._wake.notify_all()

    def _deliver(self, sender: Sender, id_: str) -> None:
        record = self._world.store.get(id_)
        if record is None or record.body["state"] != "pending":
            return
        event = self._world.store.get(record.body["event"])
        if event is None:
            return
        answer = self.send(event.body, sender=sender)
        with self._wake:
            self._flying.discard(id_)
        with self._world.change() as tx:
            changed = tx.get(id_)
            if changed is None:
                return
            changed.body |= {"attempts": changed.body["attempts"] + 1, "at": time.time(), **answer}
            again = 0.0
            if answer["ok"]:
                changed.body["state"] = "delivered"
                self._count_down(tx.get(changed.body["event"]), tx)
            elif changed.body["attempts"] >= ATTEMPTS:
                changed.body["state"] = "failed"
            else:
                again = min(LONGEST_PAUSE, self._world.settings.retry_base * 2 ** (changed.body["attempts"] - 1))
                changed.body["due"] = time.time() + again
                tx.deliveries.append(id_)
            tx.put(changed)

    @staticmethod
    def _count_down(event: Any, tx: Any) -> None:
        if event and event.body["pending_webhooks"]:
            event.body["pending_webhooks"] = 0
            tx.put(event)

    def send(self, event: Json, *, sender: Sender | None = None, forge: str = "", age: int = 0) -> Json:
        """Post an event once and say what came back. `forge` spoils it: see `control.FORGERIES`."""
        settings = self._world.settings
        body = payload(event)
        secrets = ["whsec_somebody_else"] if forge == "bad_signature" else settings.secrets
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": sign(body, secrets, int(time.time()) - age),
        }
        if forge == "no_signature":
            del headers["Stripe-Signature"]
        if forge == "altered_body":
            body = body.replace(b'"livemode":false', b'"livemode":true', 1)
        own = sender or Sender()
        try:
            status = own.post(settings.webhook_url, body, headers)
            return {"ok": 200 <= status < 300, "status": status, "error": None}
        except (OSError, http.client.HTTPException, ValueError) as error:
            return {"ok": False, "status": None, "error": f"{type(error).__name__}: {error}"[:200]}
        finally:
            if sender is None:
                own.close()
