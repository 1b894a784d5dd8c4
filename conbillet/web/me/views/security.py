"""How I sign in, and where I am signed in."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.password_change import change_password, finalize_password_set
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.accounts.codes import Purpose
from conbillet.accounts.queries import has_second_factor, recovery_codes_left
from conbillet.core import clock
from conbillet.web.limits import limit_posts
from conbillet.workflows.sign_in import TooManyCodes

from ..devices import devices_of, end_sessions
from ..forms import ConfirmPasswordForm, EmailForm, PasswordForm
from ..fresh import fresh_sign_in_required
from .sign_in import safe_next, start_code


@login_required
def security(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    factors = list(Authenticator.objects.filter(user=account).order_by("created_at"))
    context = {
        "section": "security",
        "passkeys": [factor for factor in factors if factor.type == Authenticator.Type.WEBAUTHN],
        "app": next((factor for factor in factors if factor.type == Authenticator.Type.TOTP), None),
        "codes_left": recovery_codes_left(account),
        "has_password": account.has_usable_password(),
        "devices": devices_of(account, request.session.session_key or "", clock.now()),
    }
    return render(request, "me/security.html", context)


@require_POST
@login_required
def log_out_elsewhere(request: HttpRequest) -> HttpResponse:
    ended = end_sessions(request.user, but=request.session.session_key or "")  # type: ignore[arg-type]
    text = ngettext("%(n)s other device is logged out.", "%(n)s other devices are logged out.", ended) % {"n": ended}
    messages.success(request, text if ended else _("You were not logged in anywhere else."))
    return redirect("me:security")


@require_POST
@login_required
def log_out_device(request: HttpRequest, device: int) -> HttpResponse:
    if end_sessions(request.user, but=request.session.session_key or "", only=device):  # type: ignore[arg-type]
        messages.success(request, _("The device is logged out."))
    return redirect("me:security")


@fresh_sign_in_required
@sensitive_post_parameters()
def set_password(request: HttpRequest) -> HttpResponse:
    """A new password, without asking for the old one: the person has just shown who they are. Ends other sessions."""
    account: Any = request.user
    form = PasswordForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        change_password(account, form.cleaned_data["password"])
        finalize_password_set(request, account)
        end_sessions(account, but=request.session.session_key or "")
        return redirect(safe_next(request, reverse("me:security")))
    context = {"form": form, "next": safe_next(request, ""), "section": "security"}
    return render(request, "account/password.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@fresh_sign_in_required
@limit_posts("change e-mail", amount=10, seconds=3600)
def change_email(request: HttpRequest) -> HttpResponse:
    """Another e-mail address; it counts when its code was given."""
    return _ask_address(request, purpose=Purpose.CHANGE_EMAIL, template="account/email.html", goal=reverse("me:security"))


@require_http_methods(["GET", "POST"])
@login_required
@limit_posts("change e-mail", amount=10, seconds=3600)
def find_orders(request: HttpRequest) -> HttpResponse:
    """Orders that were placed with another address come here when its code was given."""
    return _ask_address(request, purpose=Purpose.ATTACH, template="me/find_orders.html", goal=reverse("me:overview"))


def _ask_address(request: HttpRequest, *, purpose: Purpose, template: str, goal: str) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            start_code(request, email=form.cleaned_data["email"], purpose=purpose, next=goal)
            return redirect("account_code")
        except TooManyCodes as refusal:
            form.add_error("email", str(refusal.message))
    return render(request, template, {"form": form, "section": "security"}, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
@limit_posts("confirm", amount=20, seconds=600)
@sensitive_post_parameters()
def confirm(request: HttpRequest) -> HttpResponse:
    """Is it still you? By second factor where there is one, else by password or by a code to the account's address."""
    account: Any = request.user
    goal = safe_next(request, reverse("me:security"))
    if has_second_factor(account):
        kinds = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
        name = "mfa_reauthenticate" if Authenticator.Type.TOTP in kinds else "mfa_reauthenticate_webauthn"
        return redirect(f"{reverse(name)}?{urlencode({'next': goal})}")
    form = ConfirmPasswordForm(request.POST if request.method == "POST" and "password" in request.POST else None)
    if request.method == "POST" and "by_code" in request.POST:
        try:
            start_code(request, email=account.email, purpose=Purpose.CONFIRM, next=goal)
            return redirect("account_code")
        except TooManyCodes as refusal:
            messages.error(request, str(refusal.message))
    elif form.is_bound and form.is_valid():
        if get_adapter().reauthenticate(account, form.cleaned_data["password"]):
            record_authentication(request, account, method="password", reauthenticated=True)
            return redirect(goal)
        form.add_error("password", _("That is not your password."))
    context = {"form": form, "next": goal, "has_password": account.has_usable_password()}
    return render(request, "account/confirm.html", context, status=422 if form.is_bound else 200)
