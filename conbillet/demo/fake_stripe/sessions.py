"""Checkout Sessions: `open`, then `complete` or `expired`, never back."""

from __future__ import annotations

import re
from typing import Any

from conbillet.demo.fake_stripe.errors import ApiError, Json, bad_param
from conbillet.demo.fake_stripe.params import MAX_AMOUNT, Params
from conbillet.demo.fake_stripe.store import Record, new_id
from conbillet.demo.fake_stripe.world import Tx, World

SHORTEST, LONGEST = 30 * 60, 24 * 3600
# The moment of the request and the moment of the check are not the same second.
SLACK = 5
METHODS = {"card": "card_payments", "mobilepay": "mobilepay_payments"}
MOBILEPAY_CURRENCIES = ("dkk", "eur", "nok", "sek")
MINIMUM = {"dkk": 250, "eur": 50, "nok": 300, "sek": 300, "usd": 50}
LOCALES = ("auto", "da", "en", "en-GB", "de", "fi", "nb", "sv")


def create(world: World, tx: Tx, params: Params, owner: str) -> Record:
    """POST /v1/checkout/sessions, for payments on the hosted page."""
    params.choice("mode", ("payment",), required=True)
    params.choice("ui_mode", ("hosted_page",))
    success_url = params.url("success_url", required=True)
    cancel_url = params.url("cancel_url")
    lines = read_lines(params)
    currency = str(lines[0]["currency"])
    total = sum(line["amount_total"] for line in lines)
    email = params.string("customer_email", limit=800)
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise bad_param(f"Invalid email address: {email}", "customer_email", "email_invalid")
    body = blank_session(tx.now)
    body |= {
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": cancel_url,
        "client_reference_id": params.string("client_reference_id", limit=200),
        "currency": currency,
        "customer_details": {"email": email, "name": None, "phone": None, "address": None} if email else None,
        "customer_email": email,
        "expires_at": read_expiry(params, tx.now),
        "locale": params.choice("locale", LOCALES),
        "metadata": params.metadata(),
        "submit_type": params.choice("submit_type", ("auto", "book", "donate", "pay")),
        "success_url": success_url,
    }
    intent = read_intent(params, owner, total)
    wanted = params.strings("payment_method_types")
    params.ignore(
        "adaptive_pricing", "allow_promotion_codes", "billing_address_collection", "branding_settings", "currency",
        "custom_text", "customer_creation", "integration_identifier", "name_collection", "origin_context",
        "payment_method_options", "phone_number_collection",
    )  # fmt: skip
    params.finish()
    if 0 < total < MINIMUM.get(currency, 50):
        least = f"{MINIMUM.get(currency, 50) / 100:.2f} {currency}"
        message = f"The Checkout Session's total amount due must add up to at least {least}"
        raise bad_param(message, "line_items", "amount_too_small")
    if total > MAX_AMOUNT:
        raise bad_param("The total amount must be no more than 999,999.99", "line_items", "amount_too_large")
    body["payment_method_types"] = allowed_methods(world, owner, currency, wanted)
    if total == 0:
        body["payment_status"] = "no_payment_required"
    body["url"] = f"{world.settings.public_url}/c/pay/{body['id']}"
    return tx.add("checkout.session", owner, body, lines=lines, intent=intent)


def blank_session(now: int) -> Json:
    """A new session as the API shows it, with everything unused null."""
    unused = (
        "adaptive_pricing", "after_expiration", "allow_promotion_codes", "billing_address_collection",
        "client_secret", "collected_information", "consent", "consent_collection", "currency_conversion",
        "customer", "customer_account", "invoice", "invoice_creation", "payment_intent", "payment_link",
        "payment_method_configuration_details", "recovered_from", "saved_payment_method_options",
        "setup_intent", "shipping_address_collection", "shipping_cost", "subscription",
    )  # fmt: skip
    return {
        "id": new_id("cs_test_a1", 56),
        "object": "checkout.session",
        **dict.fromkeys(unused),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "created": now,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer_creation": "if_required",
        "discounts": [],
        "livemode": False,
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def read_lines(params: Params) -> list[Json]:
    """The line items, each with a price of its own."""
    items = params.children("line_items", required=True)
    if not 1 <= len(items) <= 100:
        raise bad_param("A session has between 1 and 100 line items.", "line_items")
    lines = []
    for item in items:
        quantity = item.integer("quantity", required=True, low=1, high=999_999) or 1
        price = item.child("price_data", required=True)
        assert price is not None
        currency = price.needed("currency", limit=3).lower()
        if not re.fullmatch("[a-z]{3}", currency):
            raise bad_param(f"Invalid currency: {currency}", price.name("currency"))
        unit = price.integer("unit_amount", required=True) or 0
        product = price.child("product_data", required=True)
        assert product is not None
        name, description = product.needed("name"), product.string("description")
        product.metadata()
        product.ignore("images", "tax_code", "unit_label")
        price.choice("tax_behavior", ("inclusive", "exclusive", "unspecified"))
        for level in (product, price):
            level.finish()
        metadata = item.metadata()
        item.finish()
        lines.append(line_item(name, description, quantity, unit, currency, metadata))
    if len({line["currency"] for line in lines}) > 1:
        raise bad_param("All line items must have the same currency.", "line_items")
    return lines


def line_item(name: str, description: str | None, quantity: int, unit: int, currency: str, metadata: Json) -> Json:
    """A line as the API shows it."""
    amount = unit * quantity
    return {
        "id": new_id("li_1"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": name,
        "metadata": metadata,
        "price": {
            "id": new_id("price_1"),
            "object": "price",
            "active": False,
            "currency": currency,
            "metadata": {"description": description} if description else {},
            "product": new_id("prod_", 14),
            "type": "one_time",
            "unit_amount": unit,
            "unit_amount_decimal": str(unit),
        },
        "quantity": quantity,
    }


def read_expiry(params: Params, now: int) -> int:
    """When the session ends: 30 minutes to 24 hours from now."""
    value = params.integer("expires_at", low=0, high=10**12)
    if value is None:
        return now + LONGEST
    if not now + SHORTEST - SLACK <= value <= now + LONGEST + SLACK:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise bad_param(message, "expires_at")
    return value


def read_intent(params: Params, owner: str, total: int) -> Json:
    """What the payment will carry."""
    data = params.child("payment_intent_data")
    if data is None:
        return {"metadata": {}}
    fee = data.integer("application_fee_amount", low=1)
    if fee is not None and not owner:
        message = (
            "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using "
            "an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`)."
        )
        raise ApiError(message, param="payment_intent_data[application_fee_amount]", stored=False)
    if fee is not None and fee > total:
        raise bad_param("The application fee may not exceed the total.", data.name("application_fee_amount"))
    texts = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")
    intent: Json = {key: data.string(key) for key in texts}
    intent |= {"application_fee_amount": fee, "metadata": data.metadata()}
    data.choice("capture_method", ("automatic", "automatic_async"))
    data.finish()
    return intent


def allowed_methods(world: World, owner: str, currency: str, wanted: list[str]) -> list[str]:
    """The payment methods of the session; refused if the account cannot charge, or not that way."""
    account = world.store.get(owner) if owner else None
    if account and not account.body["charges_enabled"]:
        message = "Your account cannot currently make charges: finish the onboarding of this account first."
        raise ApiError(message, code="account_invalid", stored=False)
    possible = []
    for method, capability in METHODS.items():
        active = account is None or account.body["capabilities"].get(capability) == "active"
        if active and (method != "mobilepay" or currency in MOBILEPAY_CURRENCIES):
            possible.append(method)
    for method in wanted:
        if method not in possible:
            message = (
                f"The payment method type provided: {method} is invalid. Please ensure the provided type is activated "
                "for the account and supports the currency."
            )
            raise bad_param(message, "payment_method_types")
    return wanted or possible


def expire(tx: Tx, record: Record) -> Record:
    """Close an open session without payment. Raises ApiError unless it is open."""
    if record.body["status"] != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{record.body['status']}`."
        )
        raise ApiError(message)
    record.body |= {"status": "expired", "url": None}
    tx.emit("checkout.session.expired", record.body, record.owner)
    intent = tx.get(record.body["payment_intent"] or "")
    if intent:
        intent.body |= {"status": "canceled", "canceled_at": tx.now, "cancellation_reason": "expired"}
        tx.emit("payment_intent.canceled", intent.body, record.owner)
        tx.put(intent)
    return tx.put(record)


def expire_if_due(world: World, id_: str) -> None:
    """Expire a session whose time has come."""
    record = world.store.get(id_)
    if record is None or record.body.get("status") != "open" or record.body["expires_at"] > world.now():
        return
    with world.change() as tx:
        fresh: Any = tx.get(id_)
        if fresh.body["status"] == "open":
            expire(tx, fresh)


def expire_due(world: World) -> None:
    """Expire every session whose time has come."""
    for record in world.store.all("checkout.session"):
        if record.body["status"] == "open":
            expire_if_due(world, record.id)
