"""Connected accounts and their onboarding links."""

from __future__ import annotations

from typing import Any

from conbillet.demo.fake_stripe.errors import ApiError, Json, missing
from conbillet.demo.fake_stripe.params import Params
from conbillet.demo.fake_stripe.store import Record, new_id
from conbillet.demo.fake_stripe.world import Tx, World

LINK_SECONDS = 300
NEEDED = [
    "business_profile.mcc",
    "company.name",
    "company.tax_id",
    "external_account",
    "representative",
    "tos_acceptance",
]
CAPABILITIES = ("card_payments", "mobilepay_payments", "transfers")
COUNTRY_CURRENCY = {"DK": "dkk", "SE": "sek", "NO": "nok", "US": "usd"}


def create(tx: Tx, params: Params) -> Record:
    """POST /v1/accounts. The account cannot charge before its onboarding is done."""
    type_ = params.choice("type", ("standard", "express", "custom"))
    controller = params.child("controller")
    if type_ and controller:
        raise ApiError("You may not provide both `type` and `controller`.", param="controller", stored=False)
    country = (params.string("country", limit=2) or "DK").upper()
    body = blank_account(type_ or ("none" if controller else "standard"), country, tx.now)
    if controller:
        body["controller"] |= {**controller.values, "type": "application", "is_controller": True}
    read_details(params, body)
    params.ignore("tos_acceptance", "individual", "settings", "external_account", "default_currency")
    params.finish()
    return tx.add("account", "", body)


def blank_account(type_: str, country: str, now: int) -> Json:
    """A new account as the API shows it."""
    return {
        "id": new_id("acct_1", 15),
        "object": "account",
        "business_profile": {
            "mcc": None,
            "name": None,
            "product_description": None,
            "support_email": None,
            "url": None,
        },
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "company": {"name": None, "tax_id_provided": False},
        "controller": {"type": "application", "is_controller": True, "requirement_collection": "stripe"},
        "country": country,
        "created": now,
        "default_currency": COUNTRY_CURRENCY.get(country, "eur"),
        "details_submitted": False,
        "email": None,
        "external_accounts": {"object": "list", "data": [], "has_more": False, "total_count": 0, "url": ""},
        "future_requirements": requirements([]),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": requirements(NEEDED),
        "settings": {"payouts": {"schedule": {"delay_days": 7, "interval": "daily"}, "statement_descriptor": None}},
        "tos_acceptance": {"date": None},
        "type": type_,
    }


def requirements(due: list[str]) -> Json:
    """What is still to be told, and why charges are refused meanwhile."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


def read_details(params: Params, body: Json) -> None:
    """The fields that creating and updating share."""
    for key in ("email", "business_type"):
        if value := params.string(key):
            body[key] = value
    if profile := params.child("business_profile"):
        body["business_profile"] |= {key: str(value) for key, value in profile.values.items()}
    if company := params.child("company"):
        details = {key: value for key, value in company.values.items() if key != "tax_id"}
        body["company"] |= details | {"tax_id_provided": "tax_id" in company.values}
    if capabilities := params.child("capabilities"):
        for name in capabilities.values:
            if name not in CAPABILITIES:
                raise ApiError(f"Invalid capability: {name}", param="capabilities", stored=False)
            body["capabilities"].setdefault(name, "inactive")
    body["metadata"] |= params.metadata()


def update(tx: Tx, record: Record, params: Params) -> Record:
    """POST /v1/accounts/{id}."""
    read_details(params, record.body)
    params.ignore("tos_acceptance", "individual", "settings", "external_account")
    params.finish()
    tx.emit("account.updated", record.body, record.id)
    return tx.put(record)


def create_link(world: World, tx: Tx, params: Params) -> Json:
    """POST /v1/account_links: an address for onboarding, good for five minutes and one use."""
    account = params.needed("account")
    params.choice("type", ("account_onboarding", "account_update"), required=True)
    urls = {key: params.url(key, required=True) for key in ("refresh_url", "return_url")}
    params.choice("collect", ("currently_due", "eventually_due"))
    params.ignore("collection_options")
    params.finish()
    record = tx.get(account)
    if record is None or record.kind != "account":
        raise missing("account", account, "account")
    token = new_id("acl_", 32)
    tx.add(
        "account_link",
        "",
        {"id": token, "account": account, "expires_at": tx.now + LINK_SECONDS, "used": False, **urls},
    )
    return {
        "object": "account_link",
        "created": tx.now,
        "expires_at": tx.now + LINK_SECONDS,
        "url": f"{world.settings.public_url}/setup/{token}",
    }


def onboard(tx: Tx, record: Record, name: str | None = None) -> Record:
    """The association told everything: from now on it can charge and be paid out."""
    body = record.body
    previous: Json = {
        key: body[key] for key in ("charges_enabled", "details_submitted", "payouts_enabled", "requirements")
    }
    if name:
        body["business_profile"]["name"] = name
        body["company"]["name"] = name
    body |= {
        "charges_enabled": True,
        "details_submitted": True,
        "payouts_enabled": True,
        "requirements": requirements([]),
    }
    body["capabilities"] = dict.fromkeys(CAPABILITIES, "active")
    body["tos_acceptance"] = {"date": tx.now}
    tx.emit("account.updated", body, record.id, previous)
    return tx.put(record)


def restrict(tx: Tx, record: Record) -> Record:
    """Stripe wants to know more, and refuses charges until then."""
    body = record.body
    previous: Json = {key: body[key] for key in ("charges_enabled", "payouts_enabled", "requirements")}
    body |= {
        "charges_enabled": False,
        "payouts_enabled": False,
        "requirements": requirements(["company.verification.document"]),
    }
    body["capabilities"] = dict.fromkeys(body["capabilities"], "inactive")
    tx.emit("account.updated", body, record.id, previous)
    return tx.put(record)


def seller_name(world: World, owner: str) -> str:
    """What the checkout page calls the seller."""
    record = world.store.get(owner)
    body: dict[str, Any] = record.body if record else {}
    name = body.get("business_profile", {}).get("name") or body.get("company", {}).get("name")
    return str(name or body.get("email") or owner or "ConBillet")
