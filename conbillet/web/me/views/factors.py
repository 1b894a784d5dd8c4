"""Passkeys, authenticator apps and recovery codes: allauth's views with our templates, rules and way back."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.accounts.actions.make_recovery_codes import make_recovery_codes
from conbillet.accounts.queries import SECOND_FACTORS, has_second_factor, recovery_codes_left, staff_roles
from conbillet.core import clock
from conbillet.core.references import pretty
from conbillet.organizations.queries import has_any_role
from conbillet.web.second_factor import note_second_factor
from conbillet.workflows.sign_in import notify_account

from ..fresh import fresh_sign_in_required
from .sign_in import safe_next

GOAL = "after_second_factor"


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Where office and desk send people who have no second factor yet; everybody else goes to their own page."""
    if has_second_factor(request.user) or "required" not in request.GET:  # type: ignore[arg-type]
        return redirect(safe_next(request, reverse("me:security")) if "required" in request.GET else "me:security")
    goal = safe_next(request, reverse("office:choose"))
    request.session[GOAL] = goal
    return render(request, "mfa/required.html", {"next": goal})


class AddPasskey(webauthn.AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        note_second_factor(self.request, Authenticator.Type.WEBAUTHN)
        return first_codes(self.request) or response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        remember_goal(self.request)
        return super().get_context_data(**more)

    def get_success_url(self) -> str:
        return way_back(self.request)


class ActivateTOTP(totp.ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        note_second_factor(self.request, Authenticator.Type.TOTP)
        return first_codes(self.request) or response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        remember_goal(self.request)
        return super().get_context_data(**more)

    def get_success_url(self) -> str:
        return way_back(self.request)


class DeactivateTOTP(totp.DeactivateTOTPView):
    success_url = "/my/security/"

    def dispatch(self, request: HttpRequest, *args: Any, **rest: Any) -> Any:
        return needed(request) or super().dispatch(request, *args, **rest)


class RemovePasskey(webauthn.RemoveWebAuthnView):
    success_url = "/my/security/"

    def dispatch(self, request: HttpRequest, *args: Any, **rest: Any) -> Any:
        return needed(request) or super().dispatch(request, *args, **rest)


class RenamePasskey(webauthn.EditWebAuthnView):
    success_url = "/my/security/"


def first_codes(request: HttpRequest) -> HttpResponse | None:
    """The page with recovery codes for whoever has none yet. It answers the form itself: the codes are kept nowhere."""
    account: Any = request.user
    return shown_once(request) if recovery_codes_left(account) is None else None


def shown_once(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    codes = [pretty(code) for code in make_recovery_codes(account=account, now=clock.now())]
    response = render(request, "mfa/recovery_codes/index.html", {"codes": codes, "way_back": way_back(request)})
    add_never_cache_headers(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """How many are left; new ones are shown once, and the owner is told by mail that there are new ones."""
    account: Any = request.user
    if not has_second_factor(account):
        return redirect("me:security")
    if request.method == "POST":
        response = shown_once(request)
        notify_account(
            account=account, what="recovery_codes_generated", language=get_language() or "da", now=clock.now()
        )
        return response
    return render(request, "mfa/recovery_codes/generate.html", {"codes_left": recovery_codes_left(account) or 0})


def needed(request: HttpRequest) -> HttpResponse | None:
    """Whoever works for an association or the platform keeps at least one second factor."""
    account: Any = request.user
    if Authenticator.objects.filter(user=account, type__in=SECOND_FACTORS).count() > 1:
        return None
    if not has_any_role(person_id=account.person_id) and not staff_roles(account):
        return None
    messages.error(
        request, _("You work for an association, so you need a second factor. Add another one before you remove this.")
    )
    return redirect("me:security")


def remember_goal(request: HttpRequest) -> None:
    goal = safe_next(request, "")
    if goal:
        request.session[GOAL] = goal


def way_back(request: HttpRequest) -> str:
    """Where the person wanted to go before a second factor was asked for."""
    return str(request.session.get(GOAL) or reverse("me:security"))


add_passkey = fresh_sign_in_required(AddPasskey.as_view())
activate_totp = fresh_sign_in_required(ActivateTOTP.as_view())
deactivate_totp = fresh_sign_in_required(DeactivateTOTP.as_view())
remove_passkey = fresh_sign_in_required(RemovePasskey.as_view())
rename_passkey = fresh_sign_in_required(RenamePasskey.as_view())
