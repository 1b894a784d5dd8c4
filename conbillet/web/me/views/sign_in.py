"""Signing up and signing in: an e-mail address, a code, and you are in. Nobody learns who has an account."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, perform_password_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.accounts.actions.change_email import EmailTaken
from conbillet.accounts.actions.open_account import open_account
from conbillet.accounts.actions.prove_email import prove_email
from conbillet.accounts.codes import (
    CodeExpired,
    PendingCode,
    Purpose,
    WrongCode,
    check_code,
    new_code,
    pending_code,
    use_up,
)
from conbillet.core import clock, security_log
from conbillet.web.client_address import client_network
from conbillet.web.goals import kept_goal, wanted_address
from conbillet.web.limits import limit_posts
from conbillet.web.pages import actor_of
from conbillet.workflows.sign_in import TooManyCodes, move_to_email, send_code

from ..forms import TOO_MANY, CodeForm, EmailForm, PasswordLoginForm, SignUpForm

CODE = "pending_code"
THEN = "after_sign_up"


def safe_next(request: HttpRequest, default: str) -> str:
    """Where the visitor wanted to go, when that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return default


def start_code(request: HttpRequest, *, email: str, purpose: Purpose, next: str = "") -> None:
    """Send a code and remember what it is for. Raises TooManyCodes."""
    now = clock.now()
    pending = new_code(email=email, purpose=purpose, now=now, next=next)
    send_code(pending=pending, language=get_language() or "da", network=client_network(request), now=now)
    request.session[CODE] = pending.stored()


def _noted(request: HttpRequest, event: str, email: str) -> None:
    security_log.note(event, who=email, network=client_network(request))


@never_cache
@require_http_methods(["GET", "POST"])
@limit_posts("sign in", amount=30, seconds=600)
def sign_in(request: HttpRequest, *, new: bool = False) -> HttpResponse:
    """Asks for the address; `new` also asks how the person wants to sign in next time."""
    goal = safe_next(request, "")
    if request.user.is_authenticated:
        return redirect(goal or "me:overview")
    if "account_login" in request.session:
        clear_login(request)  # somebody who was asked for a second factor starts over
    form_class: type[EmailForm] = SignUpForm if new else EmailForm
    form = form_class(request.POST or None, initial={"email": wanted_address(request)})
    if request.method == "POST" and form.is_valid():
        try:
            start_code(request, email=form.cleaned_data["email"], purpose=Purpose.SIGN_IN, next=goal)
        except TooManyCodes as refusal:
            form.add_error("email", str(refusal.message))
        else:
            request.session[THEN] = form.cleaned_data.get("then", "code")
            return redirect("account_code")
    status = 422 if form.is_bound else 200
    return render(request, "account/sign_in.html", {"form": form, "new": new, "next": goal}, status=status)


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Signed in: back to the page whose address is a secret, and was kept in the session."""
    return redirect(kept_goal(request) or "me:overview")


@never_cache
@require_http_methods(["GET", "POST"])
@limit_posts("password page", amount=30, seconds=600)
@sensitive_post_parameters()
def by_password(request: HttpRequest) -> HttpResponse:
    """Signs in with address and password. One answer to every wrong pair, after the same work."""
    goal = safe_next(request, "")
    if request.user.is_authenticated:
        return redirect(goal or "me:overview")
    form = PasswordLoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        credentials = {"email": form.cleaned_data["email"], "password": form.cleaned_data["password"]}
        try:
            account = get_adapter().authenticate(request, **credentials)
        except ValidationError:
            _noted(request, "password_too_often", credentials["email"])
            form.add_error(None, str(TOO_MANY))
        else:
            _noted(request, "password_right" if account is not None else "password_wrong", credentials["email"])
            if account is not None:
                login = Login(user=account, redirect_url=goal or reverse("me:overview"), email=credentials["email"])
                response: HttpResponse = perform_password_login(request, {"email": credentials["email"]}, login)
                return response
            form.add_error(None, _("The address and the password do not fit together. You can also get a code by e-mail."))
    return render(request, "account/by_password.html", {"form": form, "next": goal}, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@limit_posts("enter a code", amount=60, seconds=600)
def enter_code(request: HttpRequest) -> HttpResponse:
    """Asks for the code, and does what it was asked for."""
    pending = pending_code(request.session.get(CODE))
    if pending is None or (pending.purpose != Purpose.SIGN_IN and not request.user.is_authenticated):
        messages.info(request, _("Start by giving your e-mail address."))
        return redirect("account_login")
    if request.method == "POST" and "again" in request.POST:
        try:
            start_code(request, email=pending.email, purpose=Purpose(pending.purpose), next=pending.next)
            messages.success(request, _("We have sent a new code. The old one no longer works here."))
        except TooManyCodes as refusal:
            messages.error(request, str(refusal.message))
        return redirect("account_code")
    form, expired = CodeForm(request.POST or None), False
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        try:
            check_code(pending=pending, typed=form.cleaned_data["code"], now=now)
            use_up(pending=pending, now=now)
        except WrongCode as refusal:
            _noted(request, "code_wrong", pending.email)
            form.add_error("code", str(refusal.message))
        except CodeExpired as refusal:
            _noted(request, "code_refused", pending.email)
            form.add_error("code", str(refusal.message))
            expired = True
        else:
            _noted(request, "code_right", pending.email)
            del request.session[CODE]
            return _DONE[Purpose(pending.purpose)](request, pending)
    context = {"form": form, "pending": pending, "expired": expired}
    return render(request, "account/code.html", context, status=422 if form.is_bound else 200)


def _signed_in(request: HttpRequest, pending: PendingCode) -> HttpResponse:
    if request.user.is_authenticated:
        get_adapter().logout(request)
    then = request.session.pop(THEN, "code")
    account, created = open_account(email=pending.email, language=get_language() or "da", now=clock.now())
    record_authentication(request, account, method="code")
    goal = pending.next or reverse("me:profile" if created else "me:overview")
    if then != "code":
        name = "mfa_add_webauthn" if then == "passkey" else "account_set_password"
        goal = f"{reverse(name)}?{urlencode({'next': goal})}"
    return enter(request, Login(user=account, redirect_url=goal, email=pending.email))


def enter(request: HttpRequest, login: Login) -> HttpResponse:
    """Through allauth's stages: who has a second factor is asked for it."""
    response: HttpResponse = perform_login(request, login)
    return response


def _confirmed(request: HttpRequest, pending: PendingCode) -> HttpResponse:
    record_authentication(request, request.user, method="code", reauthenticated=True)  # type: ignore[arg-type]  # narrower at run time
    return redirect(pending.next or "me:security")


def _changed(request: HttpRequest, pending: PendingCode) -> HttpResponse:
    account: Any = request.user
    try:
        move_to_email(
            account=account, email=pending.email, actor=actor_of(request), language=get_language() or "da", now=clock.now()
        )
        messages.success(request, _("Your e-mail address is now %(email)s.") % {"email": pending.email})
    except EmailTaken as refusal:
        messages.error(request, str(refusal.message))
    return redirect("me:security")


def _attached(request: HttpRequest, pending: PendingCode) -> HttpResponse:
    account: Any = request.user
    prove_email(person=account.person, email=pending.email, method="code", now=clock.now())
    messages.success(request, _("Orders placed with %(email)s now show up here within a moment.") % {"email": pending.email})
    return redirect(pending.next or "me:overview")


_DONE = {
    Purpose.SIGN_IN: _signed_in,
    Purpose.CONFIRM: _confirmed,
    Purpose.CHANGE_EMAIL: _changed,
    Purpose.ATTACH: _attached,
}
