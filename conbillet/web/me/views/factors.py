"""Passkeys, authenticator apps and recovery codes: allauth's views with our templates, rules and way back."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from conbillet.accounts.queries import SECOND_FACTORS, has_second_factor, staff_roles
from conbillet.organizations.queries import has_any_role
from conbillet.web.second_factor import note_second_factor

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
        return response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        remember_goal(self.request)
        return super().get_context_data(**more)

    def get_success_url(self) -> str:
        return reverse("mfa_view_recovery_codes") if self.did_generate_recovery_codes else way_back(self.request)


class ActivateTOTP(totp.ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        note_second_factor(self.request, Authenticator.Type.TOTP)
        return response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        remember_goal(self.request)
        return super().get_context_data(**more)

    def get_success_url(self) -> str:
        return reverse("mfa_view_recovery_codes") if self.did_generate_recovery_codes else way_back(self.request)


class ViewRecoveryCodes(recovery.ViewRecoveryCodesView):
    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "way_back": way_back(self.request)}


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


def needed(request: HttpRequest) -> HttpResponse | None:
    """Whoever works for an association or the platform keeps at least one second factor."""
    account: Any = request.user
    if Authenticator.objects.filter(user=account, type__in=SECOND_FACTORS).count() > 1:
        return None
    if not has_any_role(person_id=account.person_id) and not staff_roles(account):
        return None
    messages.error(request, _("You work for an association, so you need a second factor. Add another one before you remove this."))
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
view_recovery_codes = fresh_sign_in_required(ViewRecoveryCodes.as_view())
generate_recovery_codes = fresh_sign_in_required(recovery.GenerateRecoveryCodesView.as_view())
download_recovery_codes = fresh_sign_in_required(recovery.DownloadRecoveryCodesView.as_view())
