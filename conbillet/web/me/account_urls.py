"""Paths of signing in, `/accounts/…`. The names are allauth's, which links to them from inside."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.generic import RedirectView

from conbillet.web.limits import limit_posts

from .views import factors, security, sign_in

factor_posts = limit_posts("second factor page", amount=30, seconds=600)

urlpatterns = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("signup/", sign_in.sign_in, {"new": True}, name="account_signup"),
    path("code/", sign_in.enter_code, name="account_code"),
    path("login/password/", sign_in.by_password, name="account_login_password"),
    path("back/", sign_in.back, name="account_back"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", security.confirm, name="account_reauthenticate"),
    path("password/", security.set_password, name="account_set_password"),
    path("password/change/", RedirectView.as_view(pattern_name="account_set_password"), name="account_change_password"),
    path("password/reset/", RedirectView.as_view(pattern_name="account_login"), name="account_reset_password"),
    path("email/", security.change_email, name="account_email"),
    path("2fa/", factors.index, name="mfa_index"),
    path("2fa/authenticate/", factor_posts(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", factor_posts(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", factor_posts(factors.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", factors.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", factor_posts(factors.recovery_codes), name="mfa_generate_recovery_codes"),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="me:security"), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", factor_posts(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("2fa/webauthn/reauthenticate/", factor_posts(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", factors.rename_passkey, name="mfa_edit_webauthn"),
]
