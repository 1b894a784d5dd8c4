"""The hosted checkout page and the page that stands for the MobilePay app. No script, no cookie."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from conbillet.demo.fake_stripe import checkout, payments, sessions
from conbillet.demo.fake_stripe.accounts import seller_name
from conbillet.demo.fake_stripe.checkout_forms import check_card, digits, looks_like_mail, summary, ways_to_pay
from conbillet.demo.fake_stripe.errors import ApiError
from conbillet.demo.fake_stripe.store import Record
from conbillet.demo.fake_stripe.texts import text
from conbillet.demo.fake_stripe.world import World
from conbillet.demo.http import Request, Response, html_response, redirect
from conbillet.demo.pages import (
    document,
    el,
    money,
    name_of,
    origin_of,
    pick_language,
)


def language(request: Request, session: Record | None) -> str:
    """Asked for, else the session's locale, else the browser's."""
    locale = str(session.body["locale"] or "")[:2] if session else ""
    return pick_language(request.query.get("lang") or locale, request.headers.get("accept-language", ""))


def shell(
    title: str, lang: str, body: list[Any], *, path: str = "", status: int = 200, urls: tuple[str, ...] = ()
) -> Response:
    """A page with the banner that says that this is a test; `urls` are where its forms may lead."""
    other = "en" if lang == "da" else "da"
    switch = el("a", text("other_lang", lang), href=f"{path}?lang={other}", lang=other, hreflang=other)
    strip = el(
        "header",
        el("strong", text("test", lang)),
        " · ",
        text("test_more", lang),
        " ",
        switch,
        class_="banner",
    )
    page = document(title=title, lang=lang, body=[strip, *body], css=("checkout.css",))
    return html_response(page, status, tuple(filter(None, map(origin_of, urls))))


def message_page(key: str, lang: str, path: str, status: int, link: str | None, link_key: str) -> Response:
    """A page that says one thing and shows the way on."""
    body = [el("h1", text(key, lang)), el("p", text(f"{key}_more", lang), class_="soft")]
    if link:
        body.append(el("a", text(link_key, lang), href=link, class_="button"))
    return shell(
        text(key, lang), lang, [el("main", el("div", body, class_="card"), class_="narrow")], path=path, status=status
    )


class CheckoutPages:
    """Pages below /c/pay/{id}."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _session(self, request: Request, id_: str) -> tuple[Record | None, str, Response | None]:
        """The session, the language, and the page that is shown instead when it is not open."""
        sessions.expire_if_due(self._world, id_)
        session = self._world.store.get(id_)
        if session is None or session.kind != "checkout.session":
            lang = language(request, None)
            return None, lang, message_page("unknown", lang, request.path, 404, None, "")
        lang, path = language(request, session), f"/c/pay/{id_}"
        if session.body["status"] == "complete":
            return session, lang, message_page("paid", lang, path, 200, checkout.success_url(session), "onwards")
        if session.body["status"] == "expired":
            return session, lang, message_page("expired", lang, path, 410, session.body["cancel_url"], "go_back")
        return session, lang, None

    def show(self, request: Request, id: str) -> Response:  # noqa: A002 - named by the path
        """GET: the page."""
        session, lang, instead = self._session(request, id)
        if session is None or instead:
            return instead or Response(status=404)
        notice = text("rejected", lang) if request.query.get("notice") == "rejected" else ""
        return self._page(session, lang, {}, {}, notice)

    def pay(self, request: Request, id: str) -> Response:  # noqa: A002  the name of the parameter in the address
        """POST: pay by card. A second click finds the session complete and goes the same way as the first."""
        session, lang, instead = self._session(request, id)
        if session is None or (instead and session.body["status"] != "complete"):
            return instead or Response(status=404)
        typed = request.form()
        free = session.body["amount_total"] == 0
        errors = {} if instead or free else check_card(typed)
        if not instead and not session.body["customer_email"] and not looks_like_mail(typed.get("email", "")):
            errors["email"] = "bad_email"
        if errors:
            return self._page(session, lang, typed, errors, "")
        attempt = payments.Attempt(
            "card", digits(typed.get("card", "")) or payments.GOOD_CARD, typed.get("email"), typed.get("name") or None
        )
        return self._take(session, attempt, lang, typed)

    def _take(self, session: Record, attempt: payments.Attempt, lang: str, typed: dict[str, str]) -> Response:
        try:
            outcome = checkout.take_payment(self._world, session.id, attempt)
        except ApiError:
            # It expired between the check and the payment.
            return message_page("expired", lang, f"/c/pay/{session.id}", 410, session.body["cancel_url"], "go_back")
        if outcome.decline:
            return self._page(outcome.session, lang, typed, {"card": outcome.decline}, text("not_paid", lang))
        return redirect(checkout.success_url(outcome.session))

    def _page(self, session: Record, lang: str, typed: dict[str, str], errors: dict[str, str], alert: str) -> Response:
        seller = seller_name(self._world, session.owner)
        body = [
            el(
                "main",
                summary(session, seller, lang),
                el("section", ways_to_pay(session, lang, typed, errors, alert), class_="card"),
                class_="checkout",
            )
        ]
        urls = (session.body["success_url"], session.body["cancel_url"] or "")
        title = f"{text('pay', lang)} · {seller}"
        return shell(title, lang, body, path=f"/c/pay/{session.id}", urls=urls, status=422 if errors else 200)

    def app(self, request: Request, id: str) -> Response:  # noqa: A002  the name of the parameter in the address
        """GET: what would be the MobilePay app."""
        session, lang, instead = self._session(request, id)
        if session is None or instead:
            return instead or Response(status=404)
        if "mobilepay" not in session.body["payment_method_types"]:
            return redirect(f"/c/pay/{id}")
        path = f"/c/pay/{id}/mobilepay"
        sheet = el(
            "div",
            el("p", name_of(seller_name(self._world, session.owner))),
            el("p", money(session.body["amount_total"], session.body["currency"], lang), class_="total"),
            el("button", text("swipe", lang), class_="swipe", name="action", value="approve"),
            class_="sheet",
        )
        form = el(
            "form",
            sheet,
            el("button", text("reject", lang), class_="reject", name="action", value="reject"),
            method="post",
            action=f"{path}?lang={lang}",
        )
        page = [
            el("header", el("strong", text("test", lang)), " · ", text("test_more", lang), class_="banner"),
            el(
                "main",
                el("h1", "MobilePay"),
                el("p", text("app", lang), ". ", text("swipe_how", lang), class_="soft"),
                form,
            ),
        ]
        origins = tuple(filter(None, [origin_of(session.body["success_url"])]))
        return html_response(
            document(title="MobilePay", lang=lang, body=page, css=("checkout.css",), class_="app"), 200, origins
        )

    def answer_app(self, request: Request, id: str) -> Response:  # noqa: A002  the name of the parameter in the address
        """POST: swiped or rejected."""
        session, lang, instead = self._session(request, id)
        if session is None or (instead and session.body["status"] != "complete"):
            return instead or Response(status=404)
        if request.form().get("action") == "reject" and not instead:
            return redirect(f"/c/pay/{id}?{urlencode({'notice': 'rejected', 'lang': lang})}")
        attempt = payments.Attempt("mobilepay", email=session.body["customer_email"])
        return self._take(session, attempt, lang, {})
