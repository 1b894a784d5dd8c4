"""Disputes, opened and decided by control calls."""

from __future__ import annotations

from conbillet.demo.fake_stripe.errors import ApiError, Json
from conbillet.demo.fake_stripe.params import Params
from conbillet.demo.fake_stripe.payments import balance_entry, fee_line
from conbillet.demo.fake_stripe.store import Record, new_id
from conbillet.demo.fake_stripe.world import Tx

ANSWER_DAYS = 7
DISPUTE_FEE = 15_000  # minor units
OPEN = ("needs_response", "under_review")
REASONS = (
    "duplicate", "fraudulent", "general", "product_not_received", "product_unacceptable", "unrecognized",
)  # fmt: skip


def open_dispute(tx: Tx, charge: Record, *, amount: int | None = None, reason: str = "fraudulent") -> Record:
    """The buyer's bank takes the money back for now."""
    if charge.body["disputed"] or not charge.body["paid"]:
        raise ApiError(f"Charge {charge.id} cannot be disputed.", param="charge")
    amount = charge.body["amount"] if amount is None else amount
    if reason not in REASONS or not 0 < amount <= charge.body["amount"]:
        raise ApiError("Unknown reason, or an amount that was never charged.", param="amount")
    body: Json = {
        "id": new_id("dp_1"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge.id,
        "created": tx.now,
        "currency": charge.body["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": tx.now + ANSWER_DAYS * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge.body["payment_intent"],
        "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback"}, "type": "card"},
        "reason": reason,
        "status": "needs_response",
    }
    record = tx.add("dispute", charge.owner, body)
    fees = [fee_line(DISPUTE_FEE, body["currency"], "stripe_fee", "Dispute fee")]
    entry = balance_entry(tx, record, -amount, "adjustment", fees, f"Chargeback withdrawal for {charge.id}")
    body["balance_transactions"] = [entry.body]
    charge.body["disputed"] = True
    tx.put(charge)
    tx.emit("charge.dispute.created", body, charge.owner)
    tx.emit("charge.dispute.funds_withdrawn", body, charge.owner)
    return record


def answer(tx: Tx, record: Record, params: Params) -> Record:
    """POST /v1/disputes/{id}: evidence, perhaps submitted."""
    evidence = params.child("evidence")
    submit = params.boolean("submit")
    metadata = params.metadata()
    params.finish()
    if record.body["status"] not in OPEN:
        raise ApiError("This dispute is already closed.")
    if evidence:
        record.body["evidence"] |= evidence.values
        record.body["evidence_details"]["has_evidence"] = True
    record.body["metadata"] |= metadata
    if submit:
        record.body["evidence_details"]["submission_count"] += 1
        record.body["status"] = "under_review"
    tx.emit("charge.dispute.updated", record.body, record.owner)
    return tx.put(record)


def close(tx: Tx, record: Record, outcome: str) -> Record:
    """The bank decides: `won` brings the money back, `lost` does not."""
    if outcome not in ("won", "lost"):
        raise ApiError("outcome must be won or lost", param="outcome")
    if record.body["status"] not in OPEN:
        raise ApiError("This dispute is already closed.")
    record.body["status"] = outcome
    if outcome == "won":
        entry = balance_entry(tx, record, record.body["amount"], "adjustment", [], "Chargeback reversal")
        record.body["balance_transactions"].append(entry.body)
        tx.emit("charge.dispute.funds_reinstated", record.body, record.owner)
    tx.emit("charge.dispute.closed", record.body, record.owner)
    return tx.put(record)
