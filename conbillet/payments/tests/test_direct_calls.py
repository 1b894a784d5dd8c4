"""The quick way to Stripe sends what the SDK sends, and fails as the SDK fails."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import stripe

from conbillet.payments.checkout import CheckoutLine, request_for
from conbillet.payments.direct_calls import DirectCalls, encoded
from conbillet.payments.gateway import (
    KeyReused,
    ProviderBusy,
    ProviderMissing,
    ProviderRefused,
    ProviderUnknown,
)
from conbillet.payments.stripe_gateway import StripeGateway
from conbillet.payments.transport import Transport

SESSIONS = "/v1/checkout/sessions"
EXPAND = {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
REQUEST = request_for(
    key=UUID(int=7),
    reference="7K3M9QXD2VTA",
    amount=45000,
    currency="DKK",
    lines=[CheckoutLine("Voksen & barn, 100 % [lørdag] +mad", 40000, 1), CheckoutLine("Sovesal=ja; 1/2", 5000, 2)],
    email="åse+x@example.com",
    language="da",
    success_url="https://example.com/order/X/K/?paid=1&a=[b]",
    cancel_url="https://example.com/order/X/K/?gave_up=1",
    expires_at=datetime(2026, 11, 28, 12, tzinfo=UTC) + timedelta(minutes=36),
    methods=["card", "mobilepay"],
    application_fee=250,
)


class Wire(Transport):
    """Keeps what would be sent, and gives one answer to everything."""

    def __init__(self, content: str = '{"id": "cs_1"}', status: int = 200) -> None:
        super().__init__(timeout=1)
        self.answer, self.sent = (content, status, {"Request-Id": "req_1"}), []

    def request(self, method, url, headers, post_data=None, *, _usage=None):
        self.sent.append((method, url, dict(headers), post_data))
        return self.answer


def direct(wire: Wire) -> DirectCalls:
    return DirectCalls(secret_key="sk_test_x", base="https://stripe.example", transport=wire)


def sdk(wire: Wire) -> stripe.StripeClient:
    base = {"api": "https://stripe.example"}
    return stripe.StripeClient("sk_test_x", base_addresses=base, max_network_retries=0, http_client=wire)


def ways(wire: Wire):
    """The same two calls, by us and by the SDK."""
    yield lambda: direct(wire).post(SESSIONS, account="acct_1", key="key-1", params=REQUEST)
    own = {"stripe_account": "acct_1", "idempotency_key": "key-1"}
    yield lambda: sdk(wire).raw_request("post", SESSIONS, **own, **REQUEST).data
    yield lambda: direct(wire).get(f"{SESSIONS}/cs_1", account="acct_1", params=EXPAND)
    yield lambda: sdk(wire).raw_request("get", f"{SESSIONS}/cs_1", stripe_account="acct_1", **EXPAND).data


def test_what_is_sent_is_what_the_sdk_sends(monkeypatch):
    monkeypatch.setattr(stripe, "enable_telemetry", False)  # as in StripeGateway
    wire = Wire()
    answers = [ask() for ask in ways(wire)]
    made, made_by_sdk, found, found_by_sdk = wire.sent
    assert made == made_by_sdk
    assert found == found_by_sdk
    assert made[2]["Idempotency-Key"] == "key-1"
    assert "Idempotency-Key" not in found[2]
    assert answers == [{"id": "cs_1"}] * 4


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (400, {"error": {"type": "invalid_request_error", "code": "parameter_invalid", "param": "customer_email"}}),
        (400, {"error": {"type": "idempotency_error", "message": "Keys for idempotent requests"}}),
        (401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}),
        (402, {"error": {"type": "card_error", "code": "card_declined"}}),
        (403, {"error": {"type": "invalid_request_error", "code": "account_invalid"}}),
        (404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "session"}}),
        (409, {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}}),
        (429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}}),
        (500, {"error": {"type": "api_error"}}),
        (503, {}),
        (302, {}),
        (200, "no JSON"),
        (502, "<html>Bad Gateway</html>"),
    ],
)
def test_errors_are_the_sdks_own(status, content):
    wire = Wire(content if isinstance(content, str) else json.dumps(content), status)
    seen = []
    for ask in ways(wire):
        with pytest.raises(stripe.StripeError) as raised:
            ask()
        error = raised.value
        seen.append((type(error), error.http_status, error.code, getattr(error, "param", None), error.http_body))
    assert len(set(seen)) == 1
    assert len(wire.sent) == 4  # each asked once; nothing is repeated to learn why it failed


@pytest.mark.parametrize("value", [None, True, 1.5, {"deep": [b"x"]}])
def test_what_stripe_would_read_otherwise_is_not_sent(value):
    with pytest.raises(TypeError):
        encoded({"mode": value})


@pytest.mark.parametrize(
    ("status", "error", "ours"),
    [
        (400, {"type": "idempotency_error"}, KeyReused),
        (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}, ProviderBusy),
        (400, {"type": "invalid_request_error", "code": "parameter_invalid"}, ProviderRefused),
        (404, {"type": "invalid_request_error", "code": "resource_missing"}, ProviderMissing),
        (403, {"type": "invalid_request_error"}, ProviderRefused),
        (500, {"type": "api_error"}, ProviderUnknown),
    ],
)
def test_an_error_of_stripes_is_one_of_ours(monkeypatch, status, error, ours):
    wire = Wire(json.dumps({"error": error}), status)
    monkeypatch.setattr("conbillet.payments.stripe_gateway.Transport", lambda timeout: wire)
    asked = StripeGateway(secret_key="sk_test_x", base="https://stripe.example", timeout=1)
    with pytest.raises(ours) as raised:
        asked.create_session(account="acct_1", key="key-1", request=REQUEST)
    assert type(raised.value) is ours
