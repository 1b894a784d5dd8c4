"""Which requests are counted as use of the site, and for what. Nothing of a request is kept but which page it was for.

Robots are left out by simple rules: what calls itself one, what names no browser or no language (every browser does both),
and what a browser fetches before anybody has asked for it. A robot that poses as a browser is counted.

`Sec-GPC` and `DNT` change nothing. They ask not to be followed and not to be told about to others; a number that is one
higher follows nobody, and without those visitors the last steps, which come from the orders of all, would not fit the first.
"""

from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.usage.counter import count_page, count_step
from conbillet.usage.steps import Step, reason_of


def is_visitor(request: HttpRequest) -> bool:
    """Whether somebody with a browser asked for this page. `request.headers` would be built from all of them first."""
    meta = request.META
    agent = meta.get("HTTP_USER_AGENT", "")
    if not agent.startswith("Mozilla/") or "HTTP_ACCEPT_LANGUAGE" not in meta or request.method == "HEAD":
        return False
    if "prefetch" in meta.get("HTTP_SEC_PURPOSE", "") or "prefetch" in meta.get("HTTP_PURPOSE", ""):
        return False
    agent = agent.lower()
    # Written out, since this runs on every page: a loop takes three times as long. Most robots name an address of theirs.
    return not (
        "bot" in agent or "http" in agent or "crawl" in agent or "spider" in agent or "slurp" in agent
        or "preview" in agent or "headless" in agent or "monitor" in agent
    )  # fmt: skip


def note(request: HttpRequest, event: Event, step: Step, *, now: datetime, detail: str = "") -> None:
    """Count a step towards a ticket for an event."""
    if is_visitor(request):
        count_step(event.organization_id, event.pk, step, language=request.LANGUAGE_CODE, now=now, detail=detail)


def note_refusal(request: HttpRequest, event: Event, refusal: Exception | type[Exception] | str, *, now: datetime) -> None:
    """Count that somebody was refused, and the kind of the refusal."""
    reason = refusal if isinstance(refusal, str) else reason_of(refusal)
    note(request, event, Step.REFUSED, now=now, detail=reason)


def counted(page: str) -> Any:
    """A page of ConBillet's own, counted when it was shown."""

    def decorate(view: Any) -> Any:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponse:
            response: HttpResponse = view(request, *args, **rest)
            if request.method == "GET" and response.status_code in {200, 304} and is_visitor(request):
                count_page(page, language=request.LANGUAGE_CODE, now=clock.now())
            return response

        return shown

    return decorate
