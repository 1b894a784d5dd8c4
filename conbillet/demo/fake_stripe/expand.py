"""`expand[]`: ids become the objects they name."""

from __future__ import annotations

from typing import Any

from conbillet.demo.fake_stripe.errors import Json, bad_param
from conbillet.demo.fake_stripe.store import copy_json
from conbillet.demo.fake_stripe.world import Tx

DEEPEST = 4
EXPANDABLE = {
    "application_fee", "balance_transaction", "charge", "failure_balance_transaction", "latest_charge",
    "payment_intent", "source", "account",
}  # fmt: skip


def expand(tx: Tx, body: Json, paths: list[str]) -> Json:
    """A copy of `body` with every path opened. Raises ApiError for what cannot be expanded."""
    if not paths:
        return body
    result: Json = copy_json(body)
    for path in paths:
        steps = path.split(".")
        if len(steps) - (steps[0] == "data") > DEEPEST:
            raise bad_param(f"You cannot expand more than {DEEPEST} levels of a property ({path}).", "expand")
        open_path(tx, result, steps, path)
    return result


def open_path(tx: Tx, node: Any, steps: list[str], path: str) -> None:
    """Open the first step in `node`, and the others below it."""
    if not steps or node is None:
        return
    if isinstance(node, list):
        for item in node:
            open_path(tx, item, steps, path)
        return
    name, rest = steps[0], steps[1:]
    if isinstance(node, dict) and node.get("object") == "checkout.session" and name == "line_items":
        node["line_items"] = line_items(tx, str(node["id"]))
    elif isinstance(node, dict) and node.get("object") == "charge" and name == "refunds":
        node["refunds"] = refunds(tx, str(node["id"]))
    elif not isinstance(node, dict) or name not in node or (name not in EXPANDABLE and name != "data"):
        raise bad_param(f"This property cannot be expanded ({path}).", "expand")
    elif isinstance(node[name], str):
        record = tx.get(node[name])
        if record:
            node[name] = copy_json(record.body)
    open_path(tx, node[name], rest, path)


def line_items(tx: Tx, session: str) -> Json:
    """The lines of a session."""
    record = tx.get(session)
    lines = copy_json(record.hidden["lines"]) if record else []
    return {"object": "list", "data": lines, "has_more": False, "url": f"/v1/checkout/sessions/{session}/line_items"}


def refunds(tx: Tx, charge: str) -> Json:
    """The refunds of a charge, newest first."""
    found = tx.get(charge)
    rows = tx.all("refund", found.owner) if found else []
    data = [copy_json(row.body) for row in reversed(rows) if row.body["charge"] == charge]
    return {"object": "list", "data": data[:10], "has_more": len(data) > 10, "url": f"/v1/charges/{charge}/refunds"}
