"""The onboarding page of a connected account: in the real world many questions, here one button."""

from __future__ import annotations

from conbillet.demo.fake_stripe import accounts
from conbillet.demo.fake_stripe.checkout_pages import message_page, shell
from conbillet.demo.fake_stripe.store import Record
from conbillet.demo.fake_stripe.texts import text
from conbillet.demo.fake_stripe.world import World
from conbillet.demo.http import Request, Response, redirect
from conbillet.demo.pages import el, pick_language


class SetupPages:
    """Pages below /setup/{token}. A used or old link leads to its refresh address, as the real one does."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _link(self, token: str) -> Record | None:
        record = self._world.store.get(token)
        return record if record and record.kind == "account_link" else None

    def show(self, request: Request, token: str) -> Response:
        """GET: the page."""
        lang = pick_language(request.query.get("lang"), request.headers.get("accept-language", ""))
        link = self._link(token)
        if link is None:
            return message_page("unknown", lang, request.path, 404, None, "")
        if link.body["used"] or link.body["expires_at"] < self._world.now():
            return redirect(link.body["refresh_url"])
        account = self._world.store.get(link.body["account"])
        name = (account.body["business_profile"]["name"] or account.body["company"]["name"] or "") if account else ""
        form = el(
            "form",
            el("label", text("setup_name", lang), for_="name"),
            el("div", el("input", id="name", name="name", value=name, maxlength=100, required=True), class_="field"),
            el(
                "div",
                el("button", text("setup_done", lang), class_="button"),
                el("a", text("setup_later", lang), href=link.body["return_url"]),
                class_="row",
            ),
            method="post",
            action=f"/setup/{token}?lang={lang}",
        )
        card = el(
            "div", el("h1", text("setup", lang)), el("p", text("setup_more", lang), class_="soft"), form, class_="card"
        )
        urls = (link.body["return_url"], link.body["refresh_url"])
        return shell(text("setup", lang), lang, [el("main", card, class_="narrow")], path=request.path, urls=urls)

    def confirm(self, request: Request, token: str) -> Response:
        """POST: the account is enabled, and the browser goes back to the shop."""
        with self._world.change() as tx:
            link = tx.get(token)
            if link is None or link.kind != "account_link":
                return redirect(f"/setup/{token}")
            account = tx.get(link.body["account"])
            if link.body["used"] or account is None:
                return redirect(link.body["return_url"])
            if link.body["expires_at"] < tx.now:
                return redirect(link.body["refresh_url"])
            accounts.onboard(tx, account, request.form().get("name", "").strip()[:100] or None)
            link.body["used"] = True
            tx.put(link)
            return redirect(link.body["return_url"])
