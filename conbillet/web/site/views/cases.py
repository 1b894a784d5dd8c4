"""Somebody who asked us about their data shows that it is them: by a code to the address, without account or cookie."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conbillet.accounts.codes import CodeExpired, WrongCode
from conbillet.core import clock
from conbillet.support.models import Case
from conbillet.support.queries import case_behind
from conbillet.web.client_address import client_network
from conbillet.web.limits import limit_posts
from conbillet.web.tokenless import without_token
from conbillet.workflows.case_identity import ask_for_code, prove_by_code
from conbillet.workflows.sign_in import TooManyCodes

from ..forms import CaseAddressForm, CaseCodeForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("case page", amount=30, seconds=3600)
@without_token
def case(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """How the case stands, and a code to show who asks. Shows neither what was written nor what we hold."""
    found = case_behind(reference=reference, access_key=key)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _page(request, found, CaseAddressForm(initial={"email": found.email}))
    if found.identity or found.state == Case.State.CLOSED:
        return _again(request)
    return _code(request, found) if request.POST.get("do") == "code" else _send(request, found)


def _send(request: HttpRequest, found: Case) -> HttpResponse:
    form = CaseAddressForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    email = form.cleaned_data["email"]
    try:
        ask_for_code(case=found, email=email, network=client_network(request), now=clock.now())
    except TooManyCodes as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, found, form)
    sent = CaseCodeForm(initial={"email": email, "for_child": form.cleaned_data["for_child"]})
    return _page(request, found, sent, sent_to=email)


def _code(request: HttpRequest, found: Case) -> HttpResponse:
    form = CaseCodeForm(request.POST)
    email = request.POST.get("email", "")
    if not form.is_valid():
        return _page(request, found, form, sent_to=email)
    wanted = form.cleaned_data
    try:
        prove_by_code(
            case=found, email=wanted["email"], typed=wanted["code"], for_child=wanted["for_child"], now=clock.now()
        )
    except WrongCode as refusal:
        form.add_error("code", str(refusal.message))
        return _page(request, found, form, sent_to=email)
    except CodeExpired as refusal:
        again = CaseAddressForm({"email": email, "for_child": "on" if wanted["for_child"] else ""})
        again.is_valid()
        again.add_error(None, str(refusal.message))
        return _page(request, found, again)
    return _again(request)


def _again(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": request.path})


def _page(request: HttpRequest, found: Case, form: Any, *, sent_to: str = "") -> HttpResponse:
    context = {
        "case": found,
        "form": form,
        "sent_to": sent_to,
        "closed": found.state == Case.State.CLOSED,
        "today": clock.copenhagen_day(clock.now()),
    }
    return render(request, "site/case.html", context, status=422 if form.is_bound else 200)
