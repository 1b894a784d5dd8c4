"""Refunds: never more than was charged, never on disputed money."""

from __future__ import annotations

from conbillet.demo.fake_stripe.errors import ApiError, Json, bad_param, missing
from conbillet.demo.fake_stripe.params import Params
from conbillet.demo.fake_stripe.payments import balance_entry
from conbillet.demo.fake_stripe.store import Record, new_id
from conbillet.demo.fake_stripe.world import Tx

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(tx: Tx, params: Params, owner: str) -> Record:
    """POST /v1/refunds on a charge or a payment intent; without an amount, all that is left."""
    charge_id, intent_id = params.string("charge"), params.string("payment_intent")
    amount = params.integer("amount", low=1)
    reason = params.choice("reason", REASONS)
    metadata = params.metadata()
    with_fee = params.boolean("refund_application_fee")
    params.ignore("instructions_email", "reverse_transfer", "origin")
    params.finish()
    charge = find_charge(tx, charge_id, intent_id, owner)
    left = charge.body["amount_captured"] - charge.body["amount_refunded"]
    if not charge.body["paid"]:
        raise ApiError(f"Charge {charge.id} was not paid; there is nothing to refund.", param="charge")
    if charge.body["disputed"]:
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise ApiError(message, code="charge_disputed")
    if left <= 0:
        raise ApiError(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
    if amount is not None and amount > left:
        message = (
            f"Refund amount ({amount / 100:.2f} {charge.body['currency']}) is greater than unrefunded amount on charge "
            f"({left / 100:.2f} {charge.body['currency']})"
        )
        raise ApiError(message, param="amount")
    return refund(tx, charge, amount or left, reason, metadata, with_fee=bool(with_fee))


def find_charge(tx: Tx, charge_id: str | None, intent_id: str | None, owner: str) -> Record:
    """The charge meant by either parameter."""
    if charge_id and intent_id:
        raise bad_param("Only one of payment_intent or charge should be provided.", "charge")
    if intent_id:
        intent = tx.get(intent_id)
        if intent is None or intent.kind != "payment_intent" or intent.owner != owner:
            raise missing("payment_intent", intent_id, "payment_intent")
        charge_id = intent.body["latest_charge"]
        if intent.body["status"] != "succeeded" or not charge_id:
            message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
            raise ApiError(message, code="payment_intent_unexpected_state")
    if not charge_id:
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise ApiError(message, code="parameter_missing", stored=False)
    charge = tx.get(charge_id)
    if charge is None or charge.kind != "charge" or charge.owner != owner:
        raise missing("charge", charge_id, "charge")
    return charge


def refund(tx: Tx, charge: Record, amount: int, reason: str | None, metadata: Json, *, with_fee: bool) -> Record:
    """Give `amount` back."""
    previous = {key: charge.body[key] for key in ("amount_refunded", "refunded")}
    charge.body["amount_refunded"] += amount
    charge.body["refunded"] = charge.body["amount_refunded"] == charge.body["amount_captured"]
    body: Json = {
        "id": new_id("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge.id,
        "created": tx.now,
        "currency": charge.body["currency"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "metadata": metadata,
        "payment_intent": charge.body["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    record = tx.add("refund", charge.owner, body)
    body["balance_transaction"] = balance_entry(tx, record, -amount, "refund", [], "REFUND FOR CHARGE").id
    if with_fee and charge.body["application_fee"]:
        give_fee_back(tx, charge, amount)
    tx.put(charge)
    tx.emit("charge.refunded", charge.body, charge.owner, previous)
    tx.emit("refund.created", body, charge.owner)
    return record


def give_fee_back(tx: Tx, charge: Record, amount: int) -> None:
    """The platform returns its part in proportion."""
    fee = tx.get(charge.body["application_fee"])
    if fee:
        part = fee.body["amount"] * amount // charge.body["amount"]
        fee.body["amount_refunded"] = min(fee.body["amount"], fee.body["amount_refunded"] + part)
        fee.body["refunded"] = fee.body["amount_refunded"] == fee.body["amount"]
        tx.put(fee)


def set_status(tx: Tx, record: Record, status: str) -> Record:
    """What the bank says later: `pending`, `succeeded` or `failed`; a failed refund returns to the balance."""
    if status not in ("pending", "succeeded", "failed"):
        raise ApiError("status must be pending, succeeded or failed", param="status")
    if record.body["status"] == "failed":
        raise ApiError(f"Refund {record.id} has failed already.", param="status")
    previous = {"status": record.body["status"]}
    record.body["status"] = status
    if status == "failed":
        record.body["failure_reason"] = "expired_or_canceled_card"
        entry = balance_entry(tx, record, record.body["amount"], "refund_failure", [], "REFUND FAILURE")
        record.body["failure_balance_transaction"] = entry.id
        charge = tx.get(record.body["charge"])
        if charge:
            charge.body["amount_refunded"] -= record.body["amount"]
            charge.body["refunded"] = False
            tx.put(charge)
        tx.emit("refund.failed", record.body, record.owner, previous)
    tx.emit("refund.updated", record.body, record.owner, previous)
    return tx.put(record)
