"""One way to pay a session, for the page and for control calls."""

from __future__ import annotations

from conbillet.demo.fake_stripe import disputes, payments, sessions
from conbillet.demo.fake_stripe.errors import missing
from conbillet.demo.fake_stripe.payments import Attempt, Outcome
from conbillet.demo.fake_stripe.world import World


def take_payment(world: World, session_id: str, attempt: Attempt) -> Outcome:
    """Pay a session; one of the test cards is disputed at once. Raises ApiError."""
    sessions.expire_if_due(world, session_id)
    with world.change() as tx:
        session = tx.get(session_id)
        if session is None or session.kind != "checkout.session":
            raise missing("checkout.session", session_id, "session")
        fresh = session.body["status"] == "open"
        outcome = payments.pay(tx, session, attempt)
        if fresh and attempt.card == payments.DISPUTED_CARD and outcome.session.body["payment_status"] == "paid":
            intent = tx.get(outcome.session.body["payment_intent"])
            charge = tx.get(intent.body["latest_charge"]) if intent else None
            if charge:
                disputes.open_dispute(tx, charge)
    return outcome


def success_url(session: payments.Record) -> str:
    """Where the buyer goes after paying."""
    return str(session.body["success_url"]).replace("{CHECKOUT_SESSION_ID}", session.id)
