"""The endpoints below /v1: each gets the parsed parameters and the account, and returns an object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conbillet.demo.fake_stripe import accounts, disputes, expand, payouts, refunds, sessions
from conbillet.demo.fake_stripe.errors import ApiError, Json, missing
from conbillet.demo.fake_stripe.lists import list_objects
from conbillet.demo.fake_stripe.params import Params
from conbillet.demo.fake_stripe.store import Record
from conbillet.demo.fake_stripe.world import Tx, World


@dataclass(frozen=True)
class Call:
    """One API request. `owner` is the connected account it acts for, or "" for the platform."""

    world: World
    tx: Tx
    params: Params
    owner: str
    path: str


Endpoint = Callable[..., Json]
# The lists: kind and path.
COLLECTIONS = {
    "account": "/v1/accounts",
    "application_fee": "/v1/application_fees",
    "balance_transaction": "/v1/balance_transactions",
    "charge": "/v1/charges",
    "checkout.session": "/v1/checkout/sessions",
    "dispute": "/v1/disputes",
    "event": "/v1/events",
    "payment_intent": "/v1/payment_intents",
    "payout": "/v1/payouts",
    "refund": "/v1/refunds",
}
PARAM_NAMES = {"checkout.session": "session", "payment_intent": "intent", "charge": "charge"}
UPDATABLE = ("charge", "checkout.session", "payment_intent", "refund")


def find(call: Call, kind: str, id_: str) -> Record:
    """An object of this account. Raises the API's 404."""
    if kind == "checkout.session":
        sessions.expire_if_due(call.world, id_)
    record = call.tx.get(id_)
    # An account may see itself; all other accounts are the platform's.
    itself = kind == "account" and record is not None and call.owner in ("", record.id)
    if record is None or record.kind != kind or (record.owner != call.owner and not itself):
        raise missing(kind, id_, PARAM_NAMES.get(kind, "id"))
    return record


def create_session(call: Call) -> Json:
    """POST /v1/checkout/sessions."""
    return sessions.create(call.world, call.tx, call.params, call.owner).body


def expire_session(call: Call, id: str) -> Json:  # noqa: A002 - named by the path
    """POST /v1/checkout/sessions/{id}/expire."""
    call.params.finish()
    return sessions.expire(call.tx, find(call, "checkout.session", id)).body


def session_lines(call: Call, id: str) -> Json:  # noqa: A002  the name of the parameter in the address
    """GET /v1/checkout/sessions/{id}/line_items."""
    call.params.ignore("limit", "starting_after", "ending_before")
    call.params.finish()
    return expand.line_items(call.tx, find(call, "checkout.session", id).id)


def create_account(call: Call) -> Json:
    """POST /v1/accounts."""
    if call.owner:
        raise ApiError("A connected account cannot create accounts.", status=403)
    return accounts.create(call.tx, call.params).body


def update_account(call: Call, id: str) -> Json:  # noqa: A002  the name of the parameter in the address
    """POST /v1/accounts/{id}."""
    return accounts.update(call.tx, find(call, "account", id), call.params).body


def own_account(call: Call) -> Json:
    """GET /v1/account."""
    call.params.finish()
    if call.owner:
        return find(call, "account", call.owner).body
    platform = accounts.blank_account("standard", "DK", call.tx.now)
    return platform | {
        "id": "acct_platform",
        "charges_enabled": True,
        "details_submitted": True,
        "payouts_enabled": True,
    }


def create_account_link(call: Call) -> Json:
    """POST /v1/account_links."""
    return accounts.create_link(call.world, call.tx, call.params)


def create_refund(call: Call) -> Json:
    """POST /v1/refunds."""
    return refunds.create(call.tx, call.params, call.owner).body


def answer_dispute(call: Call, id: str) -> Json:  # noqa: A002  the name of the parameter in the address
    """POST /v1/disputes/{id}."""
    return disputes.answer(call.tx, find(call, "dispute", id), call.params).body


def close_dispute(call: Call, id: str) -> Json:  # noqa: A002  the name of the parameter in the address
    """POST /v1/disputes/{id}/close: the association gives in."""
    call.params.finish()
    return disputes.close(call.tx, find(call, "dispute", id), "lost").body


def read_balance(call: Call) -> Json:
    """GET /v1/balance."""
    call.params.finish()
    return payouts.balance(call.world, call.owner)


def reader(kind: str) -> Endpoint:
    """GET of one object."""

    def read(call: Call, id: str) -> Json:  # noqa: A002  the name of the parameter in the address
        call.params.finish()
        return find(call, kind, id).body

    return read


def lister(kind: str) -> Endpoint:
    """GET of a list."""

    def list_(call: Call) -> Json:
        return list_objects(call.world, kind, call.owner, call.path, call.params)

    return list_


def updater(kind: str) -> Endpoint:
    """POST of one object: its metadata."""

    def update(call: Call, id: str) -> Json:  # noqa: A002  the name of the parameter in the address
        record = find(call, kind, id)
        record.body["metadata"] |= call.params.metadata()
        call.params.finish()
        return call.tx.put(record).body

    return update


def all_endpoints() -> list[tuple[str, str, Endpoint]]:
    """Method, path and function of everything the fake answers."""
    table: list[tuple[str, str, Endpoint]] = [
        ("GET", "/v1/account", own_account),
        ("GET", "/v1/balance", read_balance),
        ("POST", "/v1/account_links", create_account_link),
        ("POST", "/v1/accounts", create_account),
        ("POST", "/v1/accounts/{id}", update_account),
        ("POST", "/v1/checkout/sessions", create_session),
        ("POST", "/v1/checkout/sessions/{id}/expire", expire_session),
        ("GET", "/v1/checkout/sessions/{id}/line_items", session_lines),
        ("POST", "/v1/disputes/{id}", answer_dispute),
        ("POST", "/v1/disputes/{id}/close", close_dispute),
        ("POST", "/v1/refunds", create_refund),
    ]
    for kind, path in COLLECTIONS.items():
        table += [("GET", path, lister(kind)), ("GET", path + "/{id}", reader(kind))]
        if kind in UPDATABLE:
            table.append(("POST", path + "/{id}", updater(kind)))
    return table
