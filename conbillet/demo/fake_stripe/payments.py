"""What happens when the buyer pays: PaymentIntent, Charge, fees, and the events about them."""

from __future__ import annotations

from dataclasses import dataclass

from conbillet.demo.fake_stripe.errors import ApiError, Json
from conbillet.demo.fake_stripe.store import Record, new_id
from conbillet.demo.fake_stripe.world import Tx

# The real test cards: code, decline code, what the buyer reads.
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000000069": ("expired_card", "expired_card", "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    "4000000000000119": ("processing_error", "processing_error", "An error occurred while processing your card."),
}
GOOD_CARD = "4242424242424242"
DISPUTED_CARD = "4000000000000259"
OUTCOMES = {decline: number for number, (_, decline, _) in DECLINES.items()} | {
    "paid": GOOD_CARD,
    "declined": "4000000000000002",
    "disputed": DISPUTED_CARD,
}
# A plain European card price: 1.5 % and 1.80 kr.
FEE_BASIS_POINTS, FEE_FIXED = 150, 180


@dataclass(frozen=True)
class Attempt:
    """How the buyer pays. `card` decides the outcome, also of the card behind MobilePay."""

    method: str = "card"
    card: str = GOOD_CARD
    email: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of it; `decline` is the code the page translates."""

    session: Record
    decline: str = ""


def pay(tx: Tx, session: Record, attempt: Attempt) -> Outcome:
    """Pay an open session. A completed one is left alone; an expired one raises ApiError."""
    body = session.body
    if body["status"] == "complete":
        return Outcome(session)
    if body["status"] != "open" or body["expires_at"] <= tx.now:
        raise ApiError("This Checkout Session has expired.", code="payment_intent_unexpected_state")
    if body["amount_total"] == 0:
        return Outcome(complete(tx, session, attempt))
    if attempt.method not in body["payment_method_types"]:
        raise ApiError(f"This session cannot be paid by {attempt.method}.", param="method")
    intent = tx.get(body["payment_intent"] or "") or new_intent(tx, session)
    body["payment_intent"] = intent.id
    failure = DECLINES.get(attempt.card)
    charge = new_charge(tx, session, intent, attempt, failure)
    intent.body["latest_charge"] = charge.id
    intent.body["payment_method"] = charge.body["payment_method"]
    if failure:
        return decline(tx, session, intent, charge, failure)
    intent.body |= {"status": "succeeded", "amount_received": charge.body["amount"], "last_payment_error": None}
    settle(tx, charge)
    tx.emit("charge.succeeded", charge.body, session.owner)
    tx.emit("payment_intent.succeeded", intent.body, session.owner)
    tx.put(intent)
    return Outcome(complete(tx, session, attempt))


def complete(tx: Tx, session: Record, attempt: Attempt) -> Record:
    """Close the session as paid, or as needing no payment."""
    details = session.body["customer_details"] or {"phone": None, "address": None}
    email = session.body["customer_email"] or attempt.email
    session.body |= {
        "status": "complete",
        "payment_status": "paid" if session.body["amount_total"] else "no_payment_required",
        "url": None,
        "customer_details": {**details, "email": email, "name": attempt.name},
    }
    tx.emit("checkout.session.completed", session.body, session.owner)
    return tx.put(session)


def decline(tx: Tx, session: Record, intent: Record, charge: Record, failure: tuple[str, str, str]) -> Outcome:
    """The card was refused; the session stays open for another try."""
    code, reason, message = failure
    intent.body |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": {
            "charge": charge.id,
            "code": code,
            "decline_code": reason,
            "message": message,
            "type": "card_error",
        },
    }
    tx.emit("charge.failed", charge.body, session.owner)
    tx.emit("payment_intent.payment_failed", intent.body, session.owner)
    for record in (intent, charge, session):
        tx.put(record)
    return Outcome(session, reason)


def new_intent(tx: Tx, session: Record) -> Record:
    """A PaymentIntent for a session; it is made when the buyer first tries to pay."""
    data = session.hidden["intent"]
    id_ = new_id("pi_3")
    unused = (
        "application", "automatic_payment_methods", "canceled_at", "cancellation_reason", "customer",
        "customer_account", "last_payment_error", "latest_charge", "next_action", "on_behalf_of",
        "payment_method", "payment_method_configuration_details", "processing", "review", "setup_future_usage",
        "shipping", "source", "transfer_data",
    )  # fmt: skip
    body: Json = {
        "id": id_,
        "object": "payment_intent",
        **dict.fromkeys(unused),
        "amount": session.body["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application_fee_amount": data.get("application_fee_amount"),
        "capture_method": "automatic_async",
        "client_secret": f"{id_}_secret_{new_id('', 25)}",
        "confirmation_method": "automatic",
        "created": tx.now,
        "currency": session.body["currency"],
        "description": data.get("description"),
        "livemode": False,
        "metadata": data["metadata"],
        "payment_method_options": {},
        "payment_method_types": session.body["payment_method_types"],
        "receipt_email": data.get("receipt_email"),
        "statement_descriptor": data.get("statement_descriptor"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_group": data.get("transfer_group"),
    }
    record = tx.add("payment_intent", session.owner, body, session=session.id)
    tx.emit("payment_intent.created", body, session.owner)
    return record


def new_charge(
    tx: Tx, session: Record, intent: Record, attempt: Attempt, failure: tuple[str, str, str] | None
) -> Record:
    """One attempt to take the money."""
    amount, paid = intent.body["amount"], failure is None
    unused = (
        "application", "application_fee", "balance_transaction", "customer", "failure_balance_transaction",
        "on_behalf_of", "receipt_number", "review", "shipping", "source", "source_transfer", "transfer_data",
    )  # fmt: skip
    email = session.body["customer_email"] or attempt.email
    body: Json = {
        "id": new_id("ch_3"),
        "object": "charge",
        **dict.fromkeys(unused),
        "amount": amount,
        "amount_captured": amount if paid else 0,
        "amount_refunded": 0,
        "application_fee_amount": intent.body["application_fee_amount"],
        "billing_details": {"address": None, "email": email, "name": attempt.name, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "CONBILLET",
        "captured": paid,
        "created": tx.now,
        "currency": intent.body["currency"],
        "description": intent.body["description"],
        "disputed": False,
        "failure_code": failure[0] if failure else None,
        "failure_message": failure[2] if failure else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent.body["metadata"],
        "outcome": outcome(failure),
        "paid": paid,
        "payment_intent": intent.id,
        "payment_method": new_id("pm_1"),
        "payment_method_details": method_details(attempt),
        "receipt_email": intent.body["receipt_email"],
        "receipt_url": None,
        "refunded": False,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded" if paid else "failed",
        "transfer_group": None,
    }
    return tx.add("charge", session.owner, body)


def outcome(failure: tuple[str, str, str] | None) -> Json:
    """Why the bank said yes or no."""
    return {
        "network_status": "declined_by_network" if failure else "approved_by_network",
        "reason": failure[1] if failure else None,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "The bank returned the decline code." if failure else "Payment complete.",
        "type": "issuer_declined" if failure else "authorized",
    }


def method_details(attempt: Attempt) -> Json:
    """The card, or the card behind MobilePay."""
    card: Json = {"brand": "visa", "country": "DK", "exp_month": 12, "exp_year": 2034, "last4": attempt.card[-4:]}
    if attempt.method == "mobilepay":
        return {"mobilepay": {"card": card}, "type": "mobilepay"}
    more: Json = {
        "checks": {"cvc_check": "pass"},
        "funding": "debit",
        "network": "visa",
        "three_d_secure": None,
        "wallet": None,
    }
    return {"card": card | more, "type": "card"}


def settle(tx: Tx, charge: Record) -> None:
    """Write the charge, its fees and the platform's fee to the balance."""
    amount = charge.body["amount"]
    stripe_fee = min(amount, (amount * FEE_BASIS_POINTS + 5000) // 10_000 + FEE_FIXED)
    fees = [fee_line(stripe_fee, charge.body["currency"], "stripe_fee", "Stripe processing fees")]
    if share := charge.body["application_fee_amount"]:
        fees.append(fee_line(share, charge.body["currency"], "application_fee", "ConBillet application fee"))
        charge.body["application_fee"] = platform_fee(tx, charge, share).id
    entry = balance_entry(tx, charge, amount, "charge", fees)
    charge.body["balance_transaction"] = entry.id
    tx.put(charge)


def platform_fee(tx: Tx, charge: Record, share: int) -> Record:
    """The platform's part of a direct charge."""
    body: Json = {
        "id": new_id("fee_1"),
        "object": "application_fee",
        "account": charge.owner,
        "amount": share,
        "amount_refunded": 0,
        "application": "ca_conbillet",
        "balance_transaction": None,
        "charge": charge.id,
        "created": tx.now,
        "currency": charge.body["currency"],
        "livemode": False,
        "originating_transaction": None,
        "refunded": False,
    }
    return tx.add("application_fee", "", body)


def fee_line(amount: int, currency: str, type_: str, description: str) -> Json:
    """One line of a balance transaction's fees."""
    return {"amount": amount, "application": None, "currency": currency, "description": description, "type": type_}


def balance_entry(tx: Tx, source: Record, amount: int, type_: str, fees: list[Json], description: str = "") -> Record:
    """A balance transaction of the account that owns `source`; negative amounts leave the balance."""
    fee = sum(line["amount"] for line in fees)
    body: Json = {
        "id": new_id("txn_3"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": tx.now,
        "balance_type": "payments",
        "created": tx.now,
        "currency": source.body["currency"],
        "description": description or source.body.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fees,
        "net": amount - fee,
        "reporting_category": type_,
        "source": source.id,
        "status": "available",
        "type": type_,
    }
    return tx.add("balance_transaction", source.owner, body)
