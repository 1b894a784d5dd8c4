"""The table of cookies, and the visitor's answer. Works without script; sets no cookie before the form is sent."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from conbillet.consents.actions.answer_cookies import answer_cookies
from conbillet.consents.actions.withdraw_answer import withdraw_answer
from conbillet.consents.queries import answer_of, current_policy
from conbillet.core import clock
from conbillet.usage.steps import SitePage
from conbillet.web.counting import counted
from conbillet.web.limits import limit_posts
from conbillet.web.privacy_signal import refuses_by_signal
from conbillet.web.tokenless import without_token

from ..cookie_table import cookie_rows
from .policy import public

YEAR = 365 * 24 * 60 * 60


def _reference(request: HttpRequest) -> str:
    """The cookie is `<reference>.<answer>`; whatever else it holds is no answer of ours."""
    reference, _, _choice = request.COOKIES.get(settings.CONSENT_COOKIE_NAME, "").partition(".")
    return reference if reference.isalnum() and len(reference) <= 32 else ""


@require_http_methods(["GET", "HEAD", "POST"])
@counted(SitePage.COOKIES)
@limit_posts("cookie answer", amount=30, seconds=600)
@without_token
def cookies(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    policy = current_policy(on=clock.copenhagen_day(now))
    signal = refuses_by_signal(request)
    if request.method == "POST":
        choice = request.POST.get("answer")
        # Back to the answer, on the same page; the address says what happened, so that no session is needed for it.
        response = HttpResponse(status=303, headers={"Location": f"{request.path}?done={choice}#answer"})
        if choice == "withdraw":
            withdraw_answer(reference=_reference(request), policy=policy, now=now)
            response.delete_cookie(settings.CONSENT_COOKIE_NAME, samesite="Lax")
        elif choice in {"all", "necessary"}:
            known = answer_of(reference=_reference(request))
            receipt = answer_cookies(
                reference=known.reference if known else "",
                allow_all=choice == "all",
                gpc=signal,
                policy=policy,
                now=now,
            )
            response.set_cookie(
                settings.CONSENT_COOKIE_NAME,
                f"{receipt.reference}.{receipt.choices}",
                max_age=YEAR,
                secure=settings.SECURE,
                httponly=True,
                samesite="Lax",
            )
        else:
            return _page(request, status=400)
        return response
    return _page(request, signal=signal, answer=answer_of(reference=_reference(request)), policy=policy)


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    context |= {"rows": cookie_rows(), "done": request.GET.get("done", "")}
    return public(render(request, "site/cookies.html", context, status=status))
