"""The pieces of the checkout page: the summary, the card form and its checks."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from conbillet.demo.fake_stripe import payments
from conbillet.demo.fake_stripe.store import Record
from conbillet.demo.fake_stripe.texts import text
from conbillet.demo.pages import COPENHAGEN, Html, el, money, name_of, short_time

CARDS = {
    payments.GOOD_CARD: "good_card",
    **{n: d[1] for n, d in payments.DECLINES.items()},
    payments.DISPUTED_CARD: "disputed_card",
}


def summary(session: Record, seller: str, lang: str) -> Html:
    """Who is paid, for what, how much, until when, and the way back."""
    body = session.body
    lines = [
        el(
            "li",
            el("span", f"{line['quantity']} × " if line["quantity"] > 1 else None, name_of(line["description"])),
            el("span", money(line["amount_total"], line["currency"], lang)),
        )
        for line in session.hidden["lines"]
    ]
    total = money(body["amount_total"], body["currency"], lang)
    lines.append(el("li", el("span", text("sum", lang)), el("span", total), class_="sum"))
    until = f"{text('until', lang)} {short_time(body['expires_at'], lang)}."
    return el(
        "section",
        el("h1", text("pay_to", lang), " ", name_of(seller)),
        el("p", total, class_="total"),
        el("ul", lines, class_="lines"),
        el("p", until, class_="soft small"),
        el("a", text("cancel", lang), href=body["cancel_url"]) if body["cancel_url"] else None,
    )


def ways_to_pay(session: Record, lang: str, typed: dict[str, str], errors: dict[str, str], alert: str) -> list[Any]:
    """MobilePay, the card form, or the one button of an order that costs nothing."""
    body, path = session.body, f"/c/pay/{session.id}"
    out: list[Any] = [el("p", alert, class_="alert", role="alert")] if alert else []
    if body["amount_total"] == 0:
        fields = email_field(body, lang, typed, errors)
        return [
            *out,
            el("form", fields, el("button", text("finish", lang), class_="button full"), method="post", action=path),
        ]
    methods = body["payment_method_types"]
    if "mobilepay" in methods:
        link = f"{path}/mobilepay?{urlencode({'lang': lang})}"
        out.append(el("a", text("by_mobilepay", lang), href=link, class_="button full mobilepay"))
    if "card" in methods:
        out.append(
            el("p", text("by_card", lang), class_="or") if len(methods) > 1 else el("h2", text("only_card", lang))
        )
        out += [card_form(session, lang, typed, errors), card_table(lang)]
    return out


def digits(value: str) -> str:
    """Only the digits of what was typed."""
    return re.sub(r"\D", "", value)


def looks_like_mail(value: str) -> bool:
    """Good enough for a test page."""
    return bool(re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+", value.strip())) and len(value) < 255


def check_card(typed: dict[str, str]) -> dict[str, str]:
    """What is wrong with the card fields, by field."""
    errors = {}
    if digits(typed.get("card", "")) not in CARDS:
        errors["card"] = "bad_card"
    match = re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*/\s*(?:20)?([0-9]{2})\s*", typed.get("expiry", ""))
    today = datetime.now(COPENHAGEN)
    if not match or (2000 + int(match[2]), int(match[1])) < (today.year, today.month):
        errors["expiry"] = "bad_expiry"
    if not re.fullmatch(r"\s*[0-9]{3,4}\s*", typed.get("cvc", "")):
        errors["cvc"] = "bad_cvc"
    return errors


def field(key: str, lang: str, value: str, errors: dict[str, str], **attributes: Any) -> Html:
    """A labelled field with its error beside it."""
    error = errors.get(key)
    return el(
        "div",
        el("label", text(key, lang), for_=key),
        el(
            "input",
            id=key,
            name=key,
            value=value,
            aria_invalid="true" if error else None,
            aria_describedby=f"{key}-error" if error else None,
            **attributes,
        ),
        el("p", text(error, lang), class_="error", id=f"{key}-error") if error else None,
        class_="field",
    )


def email_field(body: dict[str, Any], lang: str, typed: dict[str, str], errors: dict[str, str]) -> Html:
    """The buyer's e-mail, fixed if the shop gave it."""
    if body["customer_email"]:
        return el("p", text("email", lang), ": ", name_of(body["customer_email"]), class_="soft")
    return field("email", lang, typed.get("email", ""), errors, type="email", required=True, autocomplete="email")


def card_form(session: Record, lang: str, typed: dict[str, str], errors: dict[str, str]) -> Html:
    """The card form, filled in with the card that works."""
    # A number that is no test card might be somebody's own: it is not written back into a page.
    number = typed.get("card", "") if digits(typed.get("card", "")) in CARDS else "4242 4242 4242 4242"
    amount = money(session.body["amount_total"], session.body["currency"], lang)
    plain: dict[str, Any] = {"required": True, "inputmode": "numeric", "autocomplete": "off"}
    return el(
        "form",
        email_field(session.body, lang, typed, errors),
        field("card", lang, number, errors, maxlength=30, **plain),
        el(
            "div",
            field("expiry", lang, typed.get("expiry", "12 / 34"), errors, maxlength=9, **plain),
            field("cvc", lang, typed.get("cvc", "123"), errors, maxlength=4, **plain),
            class_="pair",
        ),
        field("name", lang, typed.get("name", ""), errors, maxlength=120, autocomplete="off"),
        el("button", f"{text('pay', lang)} {amount}", class_="button full"),
        method="post",
        action=f"/c/pay/{session.id}?lang={lang}",
    )


def card_table(lang: str) -> Html:
    """The test cards and what each does."""
    rows = [
        el("tr", el("td", el("code", " ".join(re.findall("....", number)))), el("td", text(key, lang)))
        for number, key in CARDS.items()
    ]
    return el("details", el("summary", text("cards", lang)), el("table", rows), class_="small")
