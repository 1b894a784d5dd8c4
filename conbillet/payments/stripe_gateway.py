"""Stripe, through its SDK."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import stripe

from .direct_calls import DirectCalls
from .gateway import (
    AccountView,
    ChargeView,
    DisputeView,
    Fees,
    KeyReused,
    ProviderBusy,
    ProviderMissing,
    ProviderRefused,
    ProviderUnknown,
    RefundView,
    SessionView,
)
from .transport import Transport

T = TypeVar("T")
_SESSIONS = "/v1/checkout/sessions"
_WHOLE = {"expand": ["payment_intent.latest_charge.balance_transaction"]}


class StripeGateway:
    """Checkout Sessions, refunds, disputes and accounts of the associations' own accounts (direct charges)."""

    def __init__(self, *, secret_key: str, base: str, timeout: float) -> None:
        stripe.enable_telemetry = False
        transport = Transport(timeout)
        client = stripe.StripeClient(
            secret_key, base_addresses={"api": base}, max_network_retries=0, http_client=transport
        )
        self._api = client.v1
        self._direct = DirectCalls(secret_key=secret_key, base=base, transport=transport)

    def create_session(self, *, account: str, key: str, request: dict[str, Any]) -> SessionView:
        return _session(self._ask(lambda: self._direct.post(_SESSIONS, account=account, key=key, params=request)))

    def session(self, *, account: str, session: str) -> SessionView:
        return _session(self._ask(lambda: self._direct.get(f"{_SESSIONS}/{session}", account=account, params=_WHOLE)))

    def find_session(self, *, account: str, attempt: str, since: datetime) -> SessionView | None:
        """The session that carries this attempt's key, among those made since. None: there is none."""
        pages: Any = self._ask(
            lambda: self._api.checkout.sessions.list(
                params={"created": {"gte": int(since.timestamp())}, "limit": 100}, options={"stripe_account": account}
            )
        )
        for found in self._ask(lambda: list(pages.auto_paging_iter())):
            if _metadata(found).get("attempt") == attempt:
                return self.session(account=account, session=found.id)
        return None

    def session_of(self, *, account: str, payment: str) -> SessionView | None:
        """The session in which a payment was made."""
        found: Any = self._ask(
            lambda: self._api.checkout.sessions.list(
                params={"payment_intent": payment}, options={"stripe_account": account}
            )
        )
        return self.session(account=account, session=found.data[0].id) if found.data else None

    def expire_session(self, *, account: str, session: str) -> SessionView:
        """End a session. Raises ProviderRefused when it is no longer open."""
        ended: Any = self._ask(lambda: self._api.checkout.sessions.expire(session, options={"stripe_account": account}))
        return _session(ended.to_dict())

    def create_refund(self, *, account: str, key: str, payment: str, amount: int) -> RefundView:
        made: Any = self._ask(
            lambda: self._api.refunds.create(
                params={"payment_intent": payment, "amount": amount, "metadata": {"refund": key}},
                options={"stripe_account": account, "idempotency_key": key},
            )
        )
        return _refund(made)

    def refund(self, *, account: str, refund: str) -> RefundView:
        found: Any = self._ask(lambda: self._api.refunds.retrieve(refund, options={"stripe_account": account}))
        return _refund(found)

    def refunds(self, *, account: str, payment: str) -> list[RefundView]:
        """Every refund of a payment, newest first."""
        params: Any = {"payment_intent": payment, "limit": 100}
        pages: Any = self._ask(lambda: self._api.refunds.list(params=params, options={"stripe_account": account}))
        return [_refund(found) for found in self._ask(lambda: list(pages.auto_paging_iter()))]

    def find_refund(self, *, account: str, payment: str, key: str) -> RefundView | None:
        """The refund of this payment that carries our key."""
        return next((view for view in self.refunds(account=account, payment=payment) if view.key == key), None)

    def dispute(self, *, account: str, dispute: str) -> DisputeView:
        found: Any = self._ask(lambda: self._api.disputes.retrieve(dispute, options={"stripe_account": account}))
        return _dispute(found)

    def disputes(self, *, account: str, since: datetime) -> list[DisputeView]:
        """The disputes that were opened since an instant."""
        params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        pages: Any = self._ask(lambda: self._api.disputes.list(params=params, options={"stripe_account": account}))
        return [_dispute(found) for found in self._ask(lambda: list(pages.auto_paging_iter()))]

    def create_account(self, *, key: str, email: str, name: str, url: str) -> AccountView:
        """An account of the association's own: it pays Stripe's fees, has the whole dashboard, and bears its losses with Stripe."""
        profile = {"name": name, **({"url": url} if url.startswith("https://") else {})}
        request: Any = {
            "country": "DK",
            "email": email,
            "business_type": "non_profit",
            "business_profile": profile,
            "controller": {
                "stripe_dashboard": {"type": "full"},
                "fees": {"payer": "account"},
                "losses": {"payments": "stripe"},
                "requirement_collection": "stripe",
            },
            "capabilities": {
                name: {"requested": True} for name in ("card_payments", "mobilepay_payments", "transfers")
            },
        }
        made: Any = self._ask(lambda: self._api.accounts.create(params=request, options={"idempotency_key": key}))
        return _account(made)

    def account_link(self, *, account: str, return_url: str, refresh_url: str) -> str:
        """The page at Stripe where the association tells about itself; good for a few minutes and one visit."""
        made: Any = self._ask(
            lambda: self._api.account_links.create(
                params={
                    "account": account,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                }
            )
        )
        return str(made.url)

    def account(self, *, account: str) -> AccountView:
        return _account(self._ask(lambda: self._api.accounts.retrieve(account)))

    def charges(self, *, account: str, since: datetime) -> Iterator[ChargeView]:
        """The charges that took money since an instant, newest first."""
        pages: Any = self._ask(
            lambda: self._api.charges.list(
                params={
                    "created": {"gte": int(since.timestamp())},
                    "limit": 100,
                    "expand": ["data.balance_transaction"],
                },
                options={"stripe_account": account},
            )
        )
        walk = iter(pages.auto_paging_iter())
        while (charge := self._ask(lambda: next(walk, None))) is not None:
            if charge.paid and charge.captured:
                key = _metadata(charge).get("attempt", "")
                yield ChargeView(
                    charge.id,
                    _id(charge.payment_intent),
                    charge.amount_captured,
                    charge.amount_refunded,
                    charge.currency.upper(),
                    key,
                    _fees(charge.to_dict()),
                )

    def _ask(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except stripe.IdempotencyError:
            raise KeyReused("idempotency_error") from None
        except stripe.InvalidRequestError as error:
            kind = ProviderMissing if error.http_status == 404 else ProviderRefused
            raise kind(error.code or "invalid_request", error.param or "") from None
        except stripe.CardError as error:
            raise ProviderRefused(error.code or "card_error") from None
        except stripe.PermissionError:
            raise ProviderRefused("account_invalid") from None
        except stripe.StripeError as error:
            if error.http_status == 409:  # the SDK has no kind of its own for it
                raise ProviderBusy(error.code or "") from None
            # Wrong API key, too many requests, no answer, server error: the same request may succeed later.
            raise ProviderUnknown(error.code or type(error).__name__) from None


def _id(value: Any) -> str:
    """An id, whether or not the object it names was expanded."""
    return value if isinstance(value, str) else getattr(value, "id", "") or ""


def _metadata(found: Any) -> dict[str, str]:
    return found.metadata.to_dict() if found.metadata else {}


def _session(found: dict[str, Any]) -> SessionView:
    intent = found["payment_intent"]
    amount, method, fees = found["amount_total"] or 0, "", None
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    if isinstance(charge, dict):
        # What was really taken, and how.
        amount, method = charge["amount_captured"], (charge["payment_method_details"] or {}).get("type", "")
        fees = _fees(charge)
    return SessionView(
        id=found["id"],
        url=found["url"] or "",
        status=found["status"],
        paid=found["status"] == "complete" and found["payment_status"] == "paid",
        amount=amount,
        currency=(found["currency"] or "").upper(),
        payment=(intent["id"] if isinstance(intent, dict) else intent) or "",
        method=method[:20],
        attempt=(found["metadata"] or {}).get("attempt", ""),
        fees=fees,
    )


def _fees(charge: dict[str, Any]) -> Fees | None:
    """What was kept back of a charge. None: not known yet, or in another currency, which our ledger cannot hold."""
    balance = charge.get("balance_transaction")
    if not isinstance(balance, dict) or balance["currency"] != charge["currency"]:
        return None
    platform = sum(part["amount"] for part in balance["fee_details"] if part["type"] == "application_fee")
    return Fees(provider=balance["fee"] - platform, platform=platform)


def _refund(found: Any) -> RefundView:
    failure = getattr(found, "failure_reason", None) or ""
    key = _metadata(found).get("refund", "")
    return RefundView(
        found.id, found.status, found.amount, found.currency.upper(), _id(found.payment_intent), failure, key
    )


def _dispute(found: Any) -> DisputeView:
    opened = datetime.fromtimestamp(found.created, UTC)
    payment = _id(found.payment_intent)
    return DisputeView(found.id, found.status, found.amount, found.currency.upper(), found.reason, payment, opened)


def _account(found: Any) -> AccountView:
    return AccountView(
        found.id, bool(found.charges_enabled), bool(found.payouts_enabled), bool(found.details_submitted)
    )
