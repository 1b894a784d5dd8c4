"""The page at `/`: what there is, for people who look at the demo, with a button for each control."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from conbillet.demo.fake_stripe import accounts, overview_tables
from conbillet.demo.fake_stripe.control import Control, whole
from conbillet.demo.fake_stripe.errors import ApiError, Json
from conbillet.demo.fake_stripe.faults import API_KINDS, WEBHOOK_KINDS
from conbillet.demo.fake_stripe.overview_tables import button, section
from conbillet.demo.fake_stripe.texts import text
from conbillet.demo.http import Request, Response, html_response, redirect
from conbillet.demo.pages import Html, clock_time, document, el, pick_language


class Overview:
    """The overview and what its buttons do."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._world = control.world

    def act(self, request: Request) -> Response:
        """POST /do: one button."""
        form = request.form()
        lang = pick_language(request.query.get("lang"), "")
        id_ = form.get("id", "")
        control = self._control
        verbs: dict[str, Callable[[], Json]] = {
            "do_pay": lambda: control.pay(id_, {}),
            "do_decline": lambda: control.pay(id_, {"outcome": "declined"}),
            "do_expire": lambda: control.expire(id_),
            "do_onboard": lambda: control.change_account(id_, accounts.onboard),
            "do_restrict": lambda: control.change_account(id_, accounts.restrict),
            "do_payout": lambda: control.payout({"account": id_}),
            "do_dispute": lambda: control.dispute({"charge": id_}),
            "do_won": lambda: control.close_dispute(id_, {"outcome": "won"}),
            "do_lost": lambda: control.close_dispute(id_, {"outcome": "lost"}),
            "do_replay": lambda: control.replay(id_, {}),
            "do_forge": lambda: control.forge({"event": id_}),
            "do_flush": lambda: control.flush({"timeout": 2}),
            "do_clock": lambda: control.clock({"seconds": 3600}),
            "do_reset": lambda: control.reset({"keep_accounts": True}),
            "do_clear": lambda: control.clear_faults(),
            "do_fault": lambda: control.add_fault(fault_from_form(form)),
        }
        verb = verbs.get(form.get("verb", ""))
        query = {"lang": lang}
        try:
            if verb is None:
                raise ApiError("unknown verb")
            verb()
        except ApiError as error:
            query["error"] = str(error)[:200]
        return redirect(f"/?{urlencode(query)}")

    def show(self, request: Request) -> Response:
        """GET /: the page."""
        lang = pick_language(request.query.get("lang"), request.headers.get("accept-language", ""))
        other = "en" if lang == "da" else "da"
        head = el(
            "header",
            el("h1", text("overview", lang)),
            el(
                "p",
                text("overview_more", lang),
                " ",
                el("a", text("other_lang", lang), href=f"/?lang={other}"),
                class_="soft",
            ),
        )
        error = request.query.get("error")
        alert = el("p", text("refused", lang), ": ", error, class_="alert", role="alert") if error else None
        sections = [
            section(text(key, lang), table)
            for key, table in (
                ("sessions", overview_tables.sessions(self._world, lang)),
                ("payments", overview_tables.payments(self._world, lang)),
                ("disputes", overview_tables.disputes(self._world, lang)),
                ("accounts", overview_tables.accounts(self._world, lang)),
                ("events", overview_tables.events(self._control, lang)),
            )
        ]
        body = [
            el("header", el("strong", text("test", lang)), " · ", text("test_more", lang), class_="banner"),
            el("main", head, alert, self._controls(lang), sections, class_="wide"),
        ]
        return html_response(document(title=text("overview", lang), lang=lang, body=body))

    def _controls(self, lang: str) -> Html:
        options = [el("option", kind, value=kind) for kind in API_KINDS + WEBHOOK_KINDS]
        fault_form = el(
            "form",
            el("div", el("label", text("kind", lang), for_="kind"), el("select", options, id="kind", name="kind")),
            small_field("path", text("path", lang), "*"),
            small_field("times", text("times", lang), "1"),
            small_field("seconds", text("seconds", lang), ""),
            el("button", text("do_fault", lang), class_="button quiet", name="verb", value="do_fault"),
            method="post",
            action=f"/do?lang={lang}",
            class_="row",
        )
        waiting = [
            el("li", f"{fault['kind']} · {fault['path']} · {fault['times']}×") for fault in self._world.faults.waiting()
        ]
        buttons = [button(verb, "", lang) for verb in ("do_flush", "do_clock", "do_clear", "do_reset")]
        return el(
            "section",
            el("h2", text("controls", lang)),
            el("p", text("now", lang), " ", clock_time(self._world.now(), lang), class_="soft"),
            el("p", buttons),
            el("h2", text("faults", lang)),
            el("ul", waiting) if waiting else None,
            fault_form,
            class_="card",
        )


def small_field(name: str, label: str, value: str) -> Html:
    """A labelled text field."""
    return el("div", el("label", label, for_=name), el("input", id=name, name=name, value=value))


def fault_from_form(form: dict[str, str]) -> Json:
    """The fault form as the control API wants it."""
    fault: Json = {
        "kind": form.get("kind", ""),
        "path": form.get("path") or "*",
        "times": whole(form.get("times") or 1, "times"),
    }
    if form.get("seconds"):
        fault["seconds"] = whole(form["seconds"], "seconds")
    return fault
