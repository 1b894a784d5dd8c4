"""The two calls to Stripe that every purchase makes: the SDK's requests and errors, without most of its work on the way.

What is sent is what the SDK sends (its headers are taken from it once, a test compares the rest), and an answer that is
not plainly good is read by the SDK, so that its errors stay its own.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import stripe

from .transport import Answer, Transport


class DirectCalls:
    """Calls for the associations' accounts, over the same connections as the SDK's."""

    def __init__(self, *, secret_key: str, base: str, transport: Transport) -> None:
        self._secret_key, self._base, self._transport = secret_key, base, transport
        self._headers = {verb: self._headers_of(verb) for verb in ("get", "post")}

    def get(self, path: str, *, account: str, params: Mapping[str, Any]) -> Any:
        return self._call("get", f"{path}?{encoded(params)}", {"Stripe-Account": account}, None)

    def post(self, path: str, *, account: str, key: str, params: Mapping[str, Any]) -> Any:
        return self._call("post", path, {"Stripe-Account": account, "Idempotency-Key": key}, encoded(params))

    def _call(self, verb: str, path: str, more: Mapping[str, str], body: str | None) -> Any:
        """The answer as JSON. Raises a stripe.StripeError."""
        answer = self._transport.request(verb, self._base + path, {**self._headers[verb], **more}, body)
        content, status, _headers = answer
        if 200 <= status < 300:
            try:
                return json.loads(content)
            except ValueError:
                pass
        return self._asked_by_sdk(_Given(answer), verb).data

    def _headers_of(self, verb: str) -> dict[str, str]:
        given = _Given(("{}", 200, {}))
        self._asked_by_sdk(given, verb)
        # Each request has a key of its own; the SDK would make one up.
        return {name: value for name, value in given.headers.items() if name != "Idempotency-Key"}

    def _asked_by_sdk(self, given: "_Given", verb: str) -> Any:
        client = stripe.StripeClient(self._secret_key, http_client=given, max_network_retries=0)
        return client.raw_request(verb, "/v1/checkout/sessions")


class _Given(stripe.HTTPClient):
    """Sends nothing: gives the SDK an answer that is there already, and remembers with what headers it asked."""

    name = Transport.name

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer
        self.headers: Mapping[str, str] = {}

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> Answer:
        self.headers = headers or {}
        return self._answer

    def close(self) -> None:
        pass


def encoded(params: Mapping[str, Any]) -> str:
    """Stripe's form encoding: `line_items[0][quantity]=2`."""
    return urlencode([pair for name, value in params.items() for pair in _flat(name, value)], safe="[]")


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(f"{name}[{key}]", part)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _flat(f"{name}[{number}]", part)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield name, str(value)
    else:
        raise TypeError(f"{name}: {type(value).__name__} has no encoding here")
