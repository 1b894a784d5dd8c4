"""Balance and payouts. Money leaves the balance when a control call says so."""

from __future__ import annotations

from collections import Counter

from conbillet.demo.fake_stripe.errors import ApiError, Json
from conbillet.demo.fake_stripe.payments import balance_entry
from conbillet.demo.fake_stripe.store import Record, new_id
from conbillet.demo.fake_stripe.world import Tx, World


def balance(world: World, owner: str) -> Json:
    """GET /v1/balance: the sum of the balance transactions, per currency."""
    sums: Counter[str] = Counter()
    for record in world.store.all("balance_transaction", owner):
        sums[record.body["currency"]] += record.body["net"]
    amounts = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in sums.items()
    ]
    return {"object": "balance", "available": amounts, "pending": [], "livemode": False}


def pay_out(world: World, tx: Tx, owner: str, *, amount: int | None, currency: str, status: str) -> Record:
    """Pay out `amount`, or all that is there. `failed` payouts return at once."""
    if status not in ("paid", "failed"):
        raise ApiError("status must be paid or failed", param="status")
    there = {line["currency"]: line["amount"] for line in balance(world, owner)["available"]}.get(currency, 0)
    amount = there if amount is None else amount
    if not 0 < amount <= there:
        raise ApiError("You have insufficient funds in your account.", code="balance_insufficient", param="amount")
    body: Json = {
        "id": new_id("po_1"),
        "object": "payout",
        "amount": amount,
        "arrival_date": tx.now,
        "automatic": True,
        "balance_transaction": None,
        "created": tx.now,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": status,
        "trace_id": None,
        "type": "bank_account",
    }
    record = tx.add("payout", owner, body)
    for entry in world.store.all("balance_transaction", owner):
        if "payout" not in entry.hidden and entry.body["currency"] == currency:
            marked = entry.copy()
            marked.hidden["payout"] = body["id"]
            tx.put(marked)
    own = balance_entry(tx, record, -amount, "payout", [])
    own.hidden["payout"] = body["id"]
    body["balance_transaction"] = own.id
    tx.emit("payout.created", body, owner)
    if status == "failed":
        body |= {"failure_code": "account_closed", "failure_message": "The bank account has been closed"}
        body["failure_balance_transaction"] = balance_entry(tx, record, amount, "payout_failure", []).id
    tx.emit(f"payout.{status}", body, owner)
    return record
