"""The pages: a list with search, and one mail."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

from conbillet.demo.http import Request, Response, Router, html_response, redirect
from conbillet.demo.mail_catcher.content import Content, embed_pictures, take_apart
from conbillet.demo.mail_catcher.storage import Mail, Storage
from conbillet.demo.mail_catcher.texts import text
from conbillet.demo.pages import Html, clock_time, document, el, name_of, pick_language

SHOWN = 200
# Somebody else's HTML: no script, nothing from outside, links open in a tab of their own.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def language(request: Request) -> str:
    """Asked for, else the browser's."""
    return pick_language(request.query.get("lang"), request.headers.get("accept-language", ""))


def shell(title: str, lang: str, path: str, body: list[Any], status: int = 200) -> Response:
    """A page with its banner."""
    other = "en" if lang == "da" else "da"
    switch = el("a", text("other_lang", lang), href=f"{path}?lang={other}", lang=other, hreflang=other)
    strip = el(
        "header", el("strong", text("banner", lang)), " · ", text("banner_more", lang), " ", switch, class_="banner"
    )
    page = document(title=title, lang=lang, body=[strip, el("main", body, class_="wide")], css=("mail.css",))
    return html_response(page, status)


class Pages:
    """What people see."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def routes(self, router: Router) -> None:
        """Add the addresses of the pages."""
        router.add("GET", "/", self.index)
        router.add("POST", "/delete", self.delete)
        router.add("GET", "/messages/{id}", self.show)
        router.add("GET", "/messages/{id}/html", self.html)
        router.add("GET", "/messages/{id}/raw", self.raw)
        router.add("GET", "/messages/{id}/attachments/{number}", self.attachment)

    def index(self, request: Request) -> Response:
        """GET /: newest first."""
        lang, wanted = language(request), request.query.get("to", "").strip()
        mails = self._storage.newest(to=wanted, limit=SHOWN + 1)
        search = el(
            "form",
            el("input", type="hidden", name="lang", value=lang),
            el(
                "div",
                el("label", text("search", lang), for_="to"),
                el("input", id="to", name="to", value=wanted, type="search"),
            ),
            el("button", text("find", lang), class_="button"),
            el("a", text("refresh", lang), href=f"/?{urlencode({'lang': lang, 'to': wanted})}", class_="button quiet"),
            method="get",
            action="/",
            class_="row search",
        )
        clear = el(
            "form",
            el("button", text("delete_all", lang), class_="button tiny"),
            method="post",
            action=f"/delete?lang={lang}",
        )
        if mails:
            content: Any = el("ol", [self._row(mail, lang) for mail in mails[:SHOWN]], class_="mails")
        else:
            content = el("p", text("none_found" if wanted else "none", lang), class_="soft")
        more = el("p", text("more", lang), class_="soft small") if len(mails) > SHOWN else None
        head = el("div", el("h1", text("title", lang)), clear if mails else None, class_="row between")
        return shell(text("title", lang), lang, "/", [head, search, el("section", content, more, class_="card")])

    @staticmethod
    def _row(mail: Mail, lang: str) -> Html:
        return el(
            "li",
            el("a", name_of(mail.subject or text("no_subject", lang)), href=f"/messages/{mail.id}?lang={lang}"),
            el("span", text("to", lang), " ", name_of(", ".join(mail.to)), class_="soft"),
            el("span", clock_time(mail.at, lang), class_="soft small"),
        )

    def delete(self, request: Request) -> Response:
        """POST /delete: one mail or all."""
        id_ = request.form().get("id", "")
        if id_.isdecimal():
            self._storage.remove(int(id_))
        elif not id_:
            self._storage.clear()
        return redirect(f"/?lang={language(request)}")

    def _find(self, id_: str) -> tuple[Mail, bytes] | None:
        return self._storage.get(int(id_)) if id_.isdecimal() and len(id_) < 12 else None

    def show(self, request: Request, id: str) -> Response:  # noqa: A002 - named by the path
        """GET: one mail."""
        lang, found = language(request), self._find(id)
        back = el("p", el("a", "← ", text("back", lang), href=f"/?lang={lang}"))
        if found is None:
            return shell(text("title", lang), lang, request.path, [back, el("p", text("unknown", lang))], 404)
        mail, raw = found
        content = take_apart(raw)
        title = mail.subject or text("no_subject", lang)
        people, when = [text("to", lang), " ", name_of(", ".join(mail.to))], clock_time(mail.at, lang)
        head = el(
            "div",
            el("h1", name_of(title)),
            el("p", [text("from", lang), " ", name_of(mail.sender), el("br")], people, el("br"), when, class_="soft"),
            class_="mail-head",
        )
        return shell(title, lang, request.path, [back, head, *self._parts(mail, content, lang)])

    def _parts(self, mail: Mail, content: Content, lang: str) -> list[Html | None]:
        path = f"/messages/{mail.id}"
        frame = el(
            "iframe",
            src=f"{path}/html",
            title=text("html", lang),
            sandbox="allow-popups allow-popups-to-escape-sandbox",
        )
        links = [
            el("li", el("a", name_of(link), href=link, rel="noreferrer", target="_blank")) for link in content.links
        ]
        files = [
            el(
                "li",
                el("a", name_of(part.name), href=f"{path}/attachments/{number}"),
                f" {part.content_type}, {size(part.data)}",
            )
            for number, part in enumerate(content.attachments)
            if not part.cid or f"cid:{part.cid}" not in content.html
        ]
        rows = [el("tr", el("th", name, scope="row"), el("td", name_of(value))) for name, value in content.headers]
        remove = el(
            "form",
            el("input", type="hidden", name="id", value=mail.id),
            el("button", text("delete", lang), class_="button tiny"),
            method="post",
            action=f"/delete?lang={lang}",
        )
        return [
            el("section", el("h2", text("attachments", lang)), el("ul", files), class_="card") if files else None,
            el("section", el("h2", text("html", lang)), frame, class_="card") if content.html else None,
            el("section", el("h2", text("links", lang)), el("ul", links), class_="card") if links else None,
            el("section", el("h2", text("text", lang)), el("pre", name_of(content.text)), class_="card")
            if content.text
            else None,
            el(
                "section",
                el("details", el("summary", text("headers", lang)), el("table", rows)),
                el("p", el("a", text("raw", lang), href=f"{path}/raw")),
                remove,
                class_="card",
            ),
        ]

    def html(self, request: Request, id: str) -> Response:  # noqa: A002  the name of the parameter in the address
        """GET: the HTML of a mail, for the frame."""
        found = self._find(id)
        if found is None:
            return Response(b"not found", 404)
        html = embed_pictures(take_apart(found[1]))
        base = '<base target="_blank">'
        html, count = re.subn(r"(?i)<head[^>]*>", lambda match: match[0] + base, html, count=1)
        headers = {
            "Content-Security-Policy": MAIL_POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        body = (html if count else base + html).encode("utf-8", "replace")
        return Response(body, 200, "text/html; charset=utf-8", headers)

    def raw(self, request: Request, id: str) -> Response:  # noqa: A002  the name of the parameter in the address
        """GET: the .eml file."""
        found = self._find(id)
        return download(f"{id}.eml", "message/rfc822", found[1]) if found else Response(b"not found", 404)

    def attachment(self, request: Request, id: str, number: str) -> Response:  # noqa: A002  the name of the parameter in the address
        """GET: one file, always as a download."""
        found = self._find(id)
        parts = take_apart(found[1]).attachments if found else []
        if not number.isdecimal() or int(number) >= len(parts):
            return Response(b"not found", 404)
        part = parts[int(number)]
        return download(part.name, part.content_type, part.data)


def download(name: str, content_type: str, data: bytes) -> Response:
    """A file that the browser saves instead of opening."""
    kind = content_type if re.fullmatch(r"[\w.+-]+/[\w.+-]+", content_type, re.ASCII) else "application/octet-stream"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(data, 200, kind, headers)


def size(data: bytes) -> str:
    """Bytes as people read them."""
    return f"{len(data)} B" if len(data) < 1024 else f"{len(data) / 1024:.0f} kB"
