"""Payments of the past, told by whoever makes demo data: they can be listed, refunded and disputed like any other."""

from __future__ import annotations

from conbillet.demo.fake_stripe import payments
from conbillet.demo.fake_stripe.errors import ApiError, Json, missing
from conbillet.demo.fake_stripe.payments import Attempt
from conbillet.demo.fake_stripe.store import Record
from conbillet.demo.fake_stripe.world import Tx, World


def remember(world: World, data: Json) -> Json:
    """Take in paid payments of an `account`: `payments` with `id`, `amount`, `created`, `method`, `reference`. No events."""
    owner, rows = str(data.get("account") or ""), data.get("payments")
    known = world.store.get(owner)
    if known is None or known.kind != "account":
        raise missing("account", owner)
    if not isinstance(rows, list):
        raise ApiError("payments must be a list", param="payments")
    with world.change() as tx:
        tx.quiet = True
        new = [row for row in rows if tx.get(str(row["id"])) is None]
        for row in new:
            _remember(tx, owner, row)
    return {"remembered": len(new)}


def _remember(tx: Tx, owner: str, row: Json) -> None:
    method = str(row.get("method") or "card")
    past: Json = {
        "amount_total": int(row["amount"]),
        "currency": "dkk",
        "payment_method_types": [method],
        "customer_email": None,
    }
    details: Json = {"metadata": {}, "description": row.get("reference")}
    session = Record("checkout.session", owner, past, {"intent": details, "session": None})
    session.body["id"] = ""
    intent = payments.new_intent(tx, session)
    del tx.records[intent.id]
    intent.body |= {"id": str(row["id"]), "status": "succeeded", "amount_received": past["amount_total"]}
    charge = payments.new_charge(tx, session, intent, Attempt(method), None)
    intent.body |= {"latest_charge": charge.id, "payment_method": charge.body["payment_method"]}
    payments.settle(tx, charge)
    entry = tx.records[charge.body["balance_transaction"]]
    for record in (intent, charge, entry):
        record.body["created"] = int(row["created"])
        tx.put(record)
