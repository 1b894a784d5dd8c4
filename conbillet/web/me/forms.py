"""Forms of sign-in and of my pages."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.actions.use_recovery_code import WrongRecoveryCode, use_recovery_code
from conbillet.accounts.actions.use_totp_step import CodeUsed, use_totp_step
from conbillet.accounts.recovery_codes import as_typed
from conbillet.core import clock, security_log
from conbillet.core.rate_limits import spend
from conbillet.web.fields import EmailAddressField, LineField

TOO_MANY = _("Too many tries. Wait ten minutes, and try again.")


class EmailForm(forms.Form):
    """Whom shall we send a code to?"""

    email = EmailAddressField()


class SignUpForm(EmailForm):
    """The address, and how the person wants to sign in from now on."""

    then = forms.ChoiceField(
        label=_("How do you want to log in next time?"),
        choices=[
            ("code", _("With a code by e-mail, like now")),
            ("passkey", _("With a passkey: your face, finger or screen lock")),
            ("password", _("With a password")),
        ],
        initial="code",
        widget=forms.RadioSelect,
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code from the mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True, "maxlength": "12", "class": "code"}),
        error_messages={"required": _("Type the six digits from the mail.")},
    )  # fmt: skip


class PasswordForm(forms.Form):
    """A new password."""

    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        help_text=_("At least 10 characters. A few words that only you would put together are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, account: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.account = account

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.account)
        return password


class ConfirmPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"), max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )  # fmt: skip


class PasswordLoginForm(ConfirmPasswordForm):
    email = EmailAddressField()
    field_order = ("email", "password")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].widget.attrs["autocomplete"] = "username"


class _CountedMixin:
    """Guesses at a second factor are counted in the database, and a code from the app is good for one time."""

    user: Any
    authenticator: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        now = clock.now()
        if not spend("second factor", str(self.user.pk), amount=10, seconds=600, now=now):
            raise ValidationError(TOO_MANY, code="too_many")
        self.cleaned_data["code"] = "".join(self.cleaned_data["code"].split())
        if as_typed(self.cleaned_data["code"]):
            return self._recover()
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            security_log.note("second_factor_wrong", who=str(self.user.pk))
            raise
        if self.authenticator.type == Authenticator.Type.TOTP:
            try:
                use_totp_step(authenticator_id=self.authenticator.pk, code=code, now=now)
            except CodeUsed:
                raise ValidationError(_("This code was used already. Wait for the next one."), code="used") from None
        security_log.note("second_factor_right", who=str(self.user.pk), kind=self.authenticator.type)
        return code


    def _recover(self) -> str:
        """By one of the codes that were shown once."""
        try:
            self.authenticator = use_recovery_code(account=self.user, code=self.cleaned_data["code"])
        except WrongRecoveryCode:
            security_log.note("second_factor_wrong", who=str(self.user.pk))
            raise ValidationError(_("That is none of your recovery codes, or it was used already."), code="wrong") from None
        self.authenticator.user = self.user
        security_log.note("second_factor_right", who=str(self.user.pk), kind=self.authenticator.type)
        return ""


class SecondFactorForm(_CountedMixin, AuthenticateForm):
    """After the first factor: a code from the app, or a recovery code."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _describe_code(self.fields["code"])


class ConfirmSecondFactorForm(_CountedMixin, ReauthenticateForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _describe_code(self.fields["code"])


def _describe_code(field: forms.Field) -> None:
    field.label = _("Code from your app, or a recovery code")
    field.widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "40", "autofocus": True, "class": "code"})  # fmt: skip


class ActivateTOTPForm(AllauthActivateTOTPForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _describe_code(self.fields["code"])
        self.fields["code"].label = _("The six digits that the app shows")

    def clean_code(self) -> str:
        if not spend("second factor", str(self.user.pk), amount=10, seconds=600, now=clock.now()):
            raise ValidationError(TOO_MANY, code="too_many")
        self.cleaned_data["code"] = "".join(self.cleaned_data["code"].split())
        return str(super().clean_code())


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey is always one that signs in by itself."""

    name = LineField(label=_("Name of the passkey"), max_length=60, required=False)
    passwordless = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)

    def clean_passwordless(self) -> bool:
        return True


class RenamePasskeyForm(EditWebAuthnForm):
    name = LineField(label=_("Name of the passkey"), max_length=60)
