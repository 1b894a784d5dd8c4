"""Lists, newest first, with cursors and filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conbillet.demo.fake_stripe.errors import Json, missing
from conbillet.demo.fake_stripe.params import Params
from conbillet.demo.fake_stripe.store import Record
from conbillet.demo.fake_stripe.world import World

# Per kind: the parameters that compare with a field of the object.
FILTERS: dict[str, tuple[str, ...]] = {
    "account": (),
    "application_fee": ("charge",),
    "balance_transaction": ("type", "source", "currency"),
    "charge": ("payment_intent", "customer"),
    "checkout.session": ("status", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "event": ("type",),
    "payment_intent": ("customer",),
    "payout": ("status",),
    "refund": ("charge", "payment_intent"),
}


def list_objects(world: World, kind: str, owner: str, path: str, params: Params) -> Json:
    """A page of a list."""
    limit = params.integer("limit", low=1, high=100) or 10
    after, before = params.string("starting_after"), params.string("ending_before")
    matches = filters(kind, params)
    params.finish()
    with world.store.lock:
        ids = world.store.lists.get((owner, kind), [])
        start, stop = len(ids), 0
        if after:
            start = position(world, kind, owner, after, "starting_after")
        if before:
            stop = position(world, kind, owner, before, "ending_before") + 1
        # Towards the cursor's side, one more than asked for: it tells whether there are more.
        walk = range(stop, start) if before and not after else range(start - 1, stop - 1, -1)
        found: list[Record] = []
        for number in walk:
            record = world.store.records[ids[number]]
            if all(match(record) for match in matches):
                found.append(record)
                if len(found) > limit:
                    break
    page = found[:limit]
    if before and not after:
        page.reverse()
    return {"object": "list", "url": path, "has_more": len(found) > limit, "data": [record.body for record in page]}


def position(world: World, kind: str, owner: str, id_: str, param: str) -> int:
    """Where a cursor stands in its list."""
    record = world.store.get(id_)
    if record is None or (record.kind, record.owner) != (kind, owner):
        raise missing(kind, id_, param)
    return world.store.positions[id_]


Match = Callable[[Record], bool]


def filters(kind: str, params: Params) -> list[Match]:
    """The tests that an object must pass."""
    out: list[Match] = []
    for name in FILTERS[kind]:
        value = params.string(name)
        if value is not None:
            out.append(field_match(name, value))
    if created := params.values.get("created"):
        out.append(created_match(Params(created, "created") if isinstance(created, dict) else params))
    params.ignore("created")
    if kind == "event" and (types := params.strings("types")):
        out.append(lambda record: record.body["type"] in types)
    if kind == "balance_transaction" and (payout := params.string("payout")):
        out.append(lambda record: record.hidden.get("payout") == payout)
    if kind == "checkout.session" and (details := params.child("customer_details")):
        email = details.needed("email")
        details.finish()
        out.append(lambda record: (record.body["customer_details"] or {}).get("email") == email)
    return out


def field_match(name: str, value: str) -> Match:
    """Objects whose field has this value; `payout.*` style types match their beginnings."""
    if value.endswith(".*"):
        return lambda record: str(record.body.get(name)).startswith(value[:-1])
    return lambda record: record.body.get(name) == value


def created_match(params: Params) -> Match:
    """`created` as an instant, or `gt`, `gte`, `lt`, `lte`."""
    far: dict[str, Any] = {"low": 0, "high": 10**12}
    exact = params.integer("created", **far) if params.path == "" else None
    bounds = {} if params.path == "" else {key: params.integer(key, **far) for key in ("gt", "gte", "lt", "lte")}
    if params.path:
        params.finish()

    def match(record: Record) -> bool:
        at = record.body["created"]
        return (
            (exact is None or at == exact)
            and (bounds.get("gt") is None or at > bounds["gt"])
            and (bounds.get("gte") is None or at >= bounds["gte"])
            and (bounds.get("lt") is None or at < bounds["lt"])
            and (bounds.get("lte") is None or at <= bounds["lte"])
        )

    return match
