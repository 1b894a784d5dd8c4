"""The tables of the overview."""

from __future__ import annotations

from typing import Any

from conbillet.demo.fake_stripe.accounts import seller_name
from conbillet.demo.fake_stripe.control import Control
from conbillet.demo.fake_stripe.store import Record
from conbillet.demo.fake_stripe.texts import text
from conbillet.demo.fake_stripe.world import World
from conbillet.demo.pages import Html, clock_time, el, money, name_of

SHOWN = 40
GOOD = ("paid", "succeeded", "complete", "delivered", "won", "no_payment_required")
BAD = ("failed", "lost", "expired", "needs_response")


def recent(world: World, kind: str) -> list[Record]:
    """The newest records of a kind."""
    return world.store.newest(kind)[:SHOWN]


def sessions(world: World, lang: str) -> Html | None:
    """Checkout sessions; open ones can be paid here."""
    rows = []
    for record in recent(world, "checkout.session"):
        body = record.body
        opened = body["status"] == "open"
        names = ", ".join(line["description"] for line in record.hidden["lines"])
        rows.append([
            clock_time(body["created"], lang),
            name_of(seller_name(world, record.owner)),
            [name_of(names[:120]), el("br"), el("code", body["id"][:24], "…", class_="soft small")],
            amount(body["amount_total"], body["currency"], lang),
            [tag(body["status"]), " ", tag(body["payment_status"])],
            [
                el("a", text("open_page", lang), href=f"/c/pay/{record.id}", class_="button tiny"), " ",
                [button(verb, record.id, lang) for verb in ("do_pay", "do_decline", "do_expire")],
            ] if opened else None,
        ])  # fmt: skip
    return table(lang, "sessions", ("when", "who", "what", "amount", "status", "actions"), rows)


def payments(world: World, lang: str) -> Html | None:
    """Charges."""
    rows = []
    for record in recent(world, "charge"):
        body = record.body
        refunded = f" {text('refunded', lang)} {money(body['amount_refunded'], body['currency'], lang)}"
        rows.append([
            clock_time(body["created"], lang),
            name_of(seller_name(world, record.owner)),
            [el("code", record.id), " · ", body["payment_method_details"]["type"]],
            amount(body["amount"], body["currency"], lang),
            [tag(body["status"]), refunded if body["amount_refunded"] else None],
            button("do_dispute", record.id, lang) if body["paid"] and not body["disputed"] else None,
        ])  # fmt: skip
    return table(lang, "payments", ("when", "who", "what", "amount", "status", "actions"), rows)


def disputes(world: World, lang: str) -> Html | None:
    """Disputes; open ones can be decided here."""
    rows = []
    for record in recent(world, "dispute"):
        body = record.body
        still = body["status"] in ("needs_response", "under_review")
        rows.append([
            clock_time(body["created"], lang),
            name_of(seller_name(world, record.owner)),
            [el("code", record.id), " · ", body["reason"]],
            amount(body["amount"], body["currency"], lang),
            tag(body["status"]),
            [button(verb, record.id, lang) for verb in ("do_won", "do_lost")] if still else None,
        ])  # fmt: skip
    return table(lang, "disputes", ("when", "who", "what", "amount", "status", "actions"), rows)


def accounts(world: World, lang: str) -> Html | None:
    """Connected accounts."""
    rows = []
    for record in recent(world, "account"):
        ready = record.body["charges_enabled"]
        verbs = ("do_restrict", "do_payout") if ready else ("do_onboard",)
        rows.append([
            clock_time(record.body["created"], lang),
            name_of(seller_name(world, record.id)),
            el("code", record.id),
            el("span", "charges_enabled" if ready else "restricted", class_="tag good" if ready else "tag bad"),
            [button(verb, record.id, lang) for verb in verbs],
        ])  # fmt: skip
    return table(lang, "accounts", ("when", "who", "what", "status", "actions"), rows)


def events(control: Control, lang: str) -> Html | None:
    """Events and what became of their deliveries."""
    rows = []
    for event in control.events({"limit": str(SHOWN)})["events"]:
        thing = event["data"]["object"]
        deliveries: list[Any] = [
            [tag(d["state"]), f" {d.get('status') or d.get('error') or ''}" if d["attempts"] else None, " "]
            for d in event["_deliveries"]
        ]
        rows.append([
            clock_time(event["created"], lang),
            name_of(seller_name(control.world, event.get("account", ""))),
            [el("code", event["type"]), el("br"), el("span", thing.get("id"), class_="soft small")],
            deliveries,
            [button(verb, event["id"], lang) for verb in ("do_replay", "do_forge")],
        ])  # fmt: skip
    return table(lang, "events", ("when", "who", "what", "delivery", "actions"), rows)


def section(title: str, content: Html | None) -> Html:
    """A card with a heading."""
    return el("section", el("h2", title), content, class_="card")


def table(lang: str, title: str, heads: tuple[str, ...], rows: list[list[Any]]) -> Html:
    """A table, or a word on why there is none yet."""
    if not rows:
        return el("p", text("none", lang), class_="soft")
    head = el("thead", el("tr", [el("th", text(key, lang), scope="col") for key in heads]))
    body = [
        el("tr", [cell if isinstance(cell, Html) and cell.startswith("<td") else el("td", cell) for cell in row])
        for row in rows
    ]
    return el(
        "div",
        el("table", head, el("tbody", body)),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=text(title, lang),
    )


def amount(value: int, currency: str, lang: str) -> Html:
    """A cell with money."""
    return el("td", money(value, currency, lang), class_="amount")


def tag(state: str) -> Html:
    """A state as a small label."""
    return el("span", state, class_="tag good" if state in GOOD else "tag bad" if state in BAD else "tag")


def button(verb: str, id_: str, lang: str) -> Html:
    """A form with one button."""
    return el(
        "form",
        el("input", type="hidden", name="id", value=id_),
        el("button", text(verb, lang), class_="button tiny", name="verb", value=verb),
        method="post",
        action=f"/do?lang={lang}",
        class_="inline",
    )
