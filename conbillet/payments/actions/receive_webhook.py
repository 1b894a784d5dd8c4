"""Take in what the payment provider says has happened. Decides nothing."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from conbillet.core.facts import announce
from conbillet.core.prepared import fetch_one

from ..signatures import is_genuine

LARGEST_BODY = 256 * 1024

# What the worker acts upon. The endpoint at Stripe is set to these; others are acknowledged and forgotten. The money of a
# checkout is learned from its session alone: one event, one look-up.
KINDS = frozenset(
    {
        "account.updated",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "refund.created",
        "refund.failed",
        "refund.updated",
    }
)
_STORE = (
    "INSERT INTO payments_providerevent (event, account, kind, object_id, received_at, outcome) "
    "VALUES (%s, %s, %s, %s, %s, '') ON CONFLICT (event) DO NOTHING RETURNING id"
)


class BadSignature(Exception):
    """Not signed by Stripe with one of our secrets, or signed more than five minutes ago."""


class BadPayload(Exception):
    """Signed, but not an event; or larger than any event."""


def receive_webhook(*, body: bytes, signature: str, now: datetime) -> int | None:
    """Check the signature over the raw body, store the event once by its id, and tell the worker.

    Returns the id of the new row; None for an event that is known already or of a kind that nobody waits for. Only ids
    are kept: the worker fetches the object as it is then.
    """
    if len(body) > LARGEST_BODY:
        raise BadPayload("too large")
    if not is_genuine(body=body, header=signature, secrets=settings.STRIPE_WEBHOOK_SECRETS, now=now):
        raise BadSignature
    event, account, kind, object_id = _read(body)
    if kind not in KINDS:
        return None
    with transaction.atomic():
        row = fetch_one(_STORE, [event, account, kind, object_id, now])
        if row is None:
            return None
        announce("provider_event", event=row[0])
        return int(row[0])


def _read(body: bytes) -> tuple[str, str, str, str]:
    """Event id, account, kind and the id of the object it is about."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise BadPayload("not JSON") from None
    try:
        found = event["id"], event.get("account") or "", event["type"], event["data"]["object"]["id"]
    except (KeyError, TypeError, AttributeError):
        # Kinds without an object that has an id (balance.available) are not ours to handle, but they are events.
        if isinstance(event, dict) and isinstance(event.get("type"), str) and event["type"] not in KINDS:
            return "", "", event["type"], ""
        raise BadPayload("not an event") from None
    return _text(found[0], 80), _text(found[1], 64), _text(found[2], 60), _text(found[3], 100)


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or not value.isascii() or not value.isprintable():
        raise BadPayload("not an event")
    return value
