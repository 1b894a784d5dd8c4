"""The control API below /_control: JSON for scripts and tests, and the verbs behind the overview's buttons."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from conbillet.demo.fake_stripe import accounts, checkout, disputes, payments, payouts, refunds, sessions
from conbillet.demo.fake_stripe.errors import ApiError, Json, missing
from conbillet.demo.fake_stripe.faults import fault_from_json
from conbillet.demo.fake_stripe.params import Params
from conbillet.demo.fake_stripe.store import Record, new_id
from conbillet.demo.fake_stripe.webhooks import Deliverer
from conbillet.demo.fake_stripe.world import API_VERSION, Tx, World

FORGERIES = ("bad_signature", "no_signature", "altered_body")
KINDS = (
    "account", "balance_transaction", "charge", "checkout.session", "dispute", "payment_intent", "payout", "refund",
)  # fmt: skip


class Control:
    """Everything that the real Stripe's surroundings would do: buyers, banks, and bad luck."""

    def __init__(self, world: World, deliverer: Deliverer) -> None:
        self.world = world
        self.deliverer = deliverer

    def record(self, tx: Tx, id_: str, kind: str) -> Record:
        """An object of any account. Raises the API's 404."""
        found = tx.get(id_)
        if found is None or found.kind != kind:
            raise missing(kind, id_)
        return found

    def state(self) -> Json:
        """All objects but events, newest last; the faults to come; whether webhooks are on their way."""
        store, settings = self.world.store, self.world.settings
        return {
            "objects": {kind: [self.describe(record) for record in store.all(kind)] for kind in KINDS},
            "faults": self.world.faults.waiting(),
            "webhooks": {
                "url": settings.webhook_url,
                "events": list(settings.events),
                "idle": self.deliverer.wait_idle(0),
            },
            "now": self.world.now(),
        }

    @staticmethod
    def describe(record: Record) -> Json:
        """An object, with the account it belongs to and what the API keeps to itself."""
        return {**record.body, "_account": record.owner, **{f"_{key}": value for key, value in record.hidden.items()}}

    def pay(self, id_: str, data: Json) -> Json:
        """Pay as a buyer would: `method` card or mobilepay; `outcome` paid, declined, …, or the number of a `card`."""
        outcome = str(data.get("outcome", "paid"))
        card = str(data.get("card") or payments.OUTCOMES.get(outcome, ""))
        if card not in payments.OUTCOMES.values():
            raise ApiError(f"outcome must be one of {', '.join(payments.OUTCOMES)}", param="outcome")
        email, name = str(data.get("email") or "buyer@example.dk"), data.get("name")
        attempt = payments.Attempt(str(data.get("method", "card")), card, email, str(name) if name else None)
        done = checkout.take_payment(self.world, id_, attempt)
        url = checkout.success_url(done.session) if done.session.body["status"] == "complete" else None
        return {"session": self.describe(done.session), "decline": done.decline or None, "redirect_url": url}

    def expire(self, id_: str) -> Json:
        """Let a session expire now."""
        with self.world.change() as tx:
            return self.describe(sessions.expire(tx, self.record(tx, id_, "checkout.session")))

    def create_account(self, data: Json) -> Json:
        """A connected account, ready to charge unless `ready` is false. `id` may be given, for fixed demo data."""
        with self.world.change() as tx:
            wanted = str(data.get("id") or "")
            found = tx.get(wanted) if wanted else None
            if found:
                return self.describe(found)
            record = accounts.create(tx, Params({"country": str(data.get("country") or "DK")}))
            if wanted:
                if not wanted.startswith("acct_"):
                    raise ApiError("id must begin with acct_", param="id")
                del tx.records[record.id]
                record.body["id"] = wanted
                tx.put(record)
            record.body["email"] = data.get("email")
            record.body["business_profile"]["name"] = data.get("name")
            if data.get("ready", True):
                accounts.onboard(tx, record)
            return self.describe(record)

    def change_account(self, id_: str, verb: Callable[[Tx, Record], Record]) -> Json:
        """Onboard or restrict an account."""
        with self.world.change() as tx:
            return self.describe(verb(tx, self.record(tx, id_, "account")))

    def dispute(self, data: Json) -> Json:
        """Dispute the charge of a `charge`, `payment_intent` or `session`."""
        with self.world.change() as tx:
            id_ = str(data.get("charge") or data.get("payment_intent") or data.get("session") or "")
            record = tx.get(id_)
            if record and record.kind == "checkout.session":
                record = tx.get(record.body["payment_intent"] or "")
            if record and record.kind == "payment_intent":
                record = tx.get(record.body["latest_charge"] or "")
            if record is None or record.kind != "charge":
                raise missing("charge", id_)
            amount = data.get("amount")
            reason = str(data.get("reason") or "fraudulent")
            return self.describe(disputes.open_dispute(tx, record, amount=whole(amount, "amount"), reason=reason))

    def close_dispute(self, id_: str, data: Json) -> Json:
        """The bank decides: `outcome` won or lost, as the association sees it."""
        with self.world.change() as tx:
            return self.describe(disputes.close(tx, self.record(tx, id_, "dispute"), str(data.get("outcome"))))

    def refund_status(self, id_: str, data: Json) -> Json:
        """What the bank says about a refund later."""
        with self.world.change() as tx:
            return self.describe(refunds.set_status(tx, self.record(tx, id_, "refund"), str(data.get("status"))))

    def payout(self, data: Json) -> Json:
        """Pay out an account's balance, or `amount` of it."""
        owner, currency = str(data.get("account") or ""), str(data.get("currency") or "dkk")
        amount, status = whole(data.get("amount"), "amount"), str(data.get("status") or "paid")
        with self.world.change() as tx:
            return self.describe(
                payouts.pay_out(self.world, tx, owner, amount=amount, currency=currency, status=status)
            )

    def events(self, query: dict[str, str]) -> Json:
        """Events, newest first, with what became of their deliveries; by `type`, `account`, `object`."""
        deliveries: dict[str, list[Json]] = {}
        for record in self.world.store.all("delivery"):
            deliveries.setdefault(record.body["event"], []).append(record.body)
        rows = self.world.store.newest("event")
        out = []
        for row in rows:
            thing = row.body["data"]["object"]
            if (
                query.get("type", row.body["type"]) == row.body["type"]
                and query.get("account", row.owner) == row.owner
                and query.get("object", thing.get("id")) == thing.get("id")
            ):
                out.append({**row.body, "_deliveries": deliveries.get(row.id, [])})
        return {"events": out[: whole(query.get("limit", 500), "limit")]}

    def replay(self, id_: str, data: Json) -> Json:
        """Send an event again now, `times` times, signed `signed_seconds_ago`."""
        event = self.world.store.get(id_)
        if event is None or event.kind != "event":
            raise missing("event", id_)
        times, age = whole(data.get("times", 1), "times") or 1, whole(data.get("signed_seconds_ago", 0), "age") or 0
        return {"answers": [self.deliverer.send(event.body, age=age) for _ in range(min(times, 100))]}

    def forge(self, data: Json) -> Json:
        """Send what an attacker would: a stored event (`event`) or an invented one, with a signature that is wrong."""
        how = str(data.get("kind") or "bad_signature")
        if how not in FORGERIES:
            raise ApiError(f"kind must be one of {', '.join(FORGERIES)}", param="kind")
        stored = self.world.store.get(str(data.get("event") or ""))
        event: Json = stored.body if stored else {
            "id": new_id("evt_1"), "object": "event", "api_version": API_VERSION, "created": self.world.now(),
            "data": {"object": data.get("object") or {}}, "livemode": False, "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None}, "type": str(data.get("type") or "charge.refunded"),
            **({"account": data["account"]} if data.get("account") else {}),
        }  # fmt: skip
        return {"event": event["id"], "answer": self.deliverer.send(event, forge=how)}

    def flush(self, data: Json) -> Json:
        """Deliver at once what is held, delayed or waiting for its next try."""
        ids = []
        with self.world.change() as tx:
            for record in self.world.store.all("delivery"):
                if record.body["state"] in ("held", "pending") and not self.deliverer.is_flying(record.id):
                    fresh = record.copy()
                    fresh.body |= {"state": "pending", "due": time.time()}
                    tx.put(fresh)
                    ids.append(record.id)
            tx.deliveries += ids
        return {"flushed": len(ids), "idle": self.deliverer.wait_idle(float(data.get("timeout") or 10))}

    def configure(self, data: Json) -> Json:
        """Point the webhooks elsewhere: `url`, `secrets`, `events`."""
        settings = self.world.settings
        settings.webhook_url = str(data.get("url", settings.webhook_url))
        settings.secrets = [str(secret) for secret in data.get("secrets") or settings.secrets]
        settings.events = tuple(data.get("events") or settings.events)
        return {"url": settings.webhook_url, "events": list(settings.events)}

    def clock(self, data: Json) -> Json:
        """Move the clock forward by `seconds`; sessions whose time has come expire."""
        seconds = whole(data.get("seconds", 0), "seconds") or 0
        if seconds < 0:
            raise ApiError("The clock goes forward only; reset puts it right.", param="seconds")
        with self.world.change() as tx:
            tx.settings["clock"] = self.world.store.settings.get("clock", 0) + seconds
        sessions.expire_due(self.world)
        return {"now": self.world.now()}

    def reset(self, data: Json) -> Json:
        """Forget everything (but the accounts, with `keep_accounts`), the faults and the clock too."""
        self.world.faults.clear()
        self.deliverer.forget()
        self.world.requests.clear()
        self.world.store.reset(("account",) if data.get("keep_accounts") else ())
        return {"reset": True}

    def add_fault(self, data: Json) -> Json:
        """Let something go wrong."""
        try:
            self.world.faults.add(fault_from_json(data))
        except ValueError as error:
            raise ApiError(str(error)) from error
        return {"faults": self.world.faults.waiting()}

    def clear_faults(self) -> Json:
        """Nothing goes wrong any more."""
        self.world.faults.clear()
        return {"faults": []}


def whole(value: Any, name: str) -> int | None:
    """A whole number from JSON or a query, or None."""
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        raise ApiError(f"{name} must be a whole number", param=name) from None
