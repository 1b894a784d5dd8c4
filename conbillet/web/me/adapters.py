"""How django-allauth's machinery meets the house: mail, addresses, limits, keys.

Signing up, codes and e-mail addresses are our own (`views/sign_in.py`); allauth does passwords, passkeys, authenticator
apps, recovery codes and the list of sessions.
"""

import base64
import os
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.queries import has_second_factor
from conbillet.core import clock
from conbillet.core.keys import InstallationKeys
from conbillet.core.rate_limits import spend
from conbillet.web.client_address import client_address, client_network
from conbillet.workflows.sign_in import notify_account

_ENCRYPTED = "v1:"
# What we say after allauth has done something; what is not here is not worth a message.
SAID = {
    "account/messages/logged_out.txt": _("You are logged out."),
    "account/messages/password_set.txt": _("Your password is saved. Other devices are logged out."),
    "mfa/messages/totp_activated.txt": _("Your authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": _("Your passkey is saved."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": _("You have new recovery codes. Keep them in a safe place."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in: nobody signs up here, limits are counted in the database, notices go through our own mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Slow down guessing of passwords: by the address that is signed in to, and by where it comes from."""
        email, now = str(credentials.get("email", "")), clock.now()
        within = spend("password", email, amount=10, seconds=300, now=now)
        if not (spend("passwords from", client_network(request), amount=30, seconds=300, now=now) and within):
            raise self.validation_error("too_many_login_attempts")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who has a second factor confirms with it, not with the password."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and has_second_factor(user):
            return [method for method in methods if method["id"] != "reauthenticate"]
        return methods

    def send_notification_mail(self, template_prefix: str, user: AbstractBaseUser, context: dict[str, Any] | None = None, email: str | None = None) -> None:
        what = template_prefix.rsplit("/", 1)[-1]
        notify_account(account=user, what=what, language=get_language() or "da", now=clock.now())  # type: ignore[arg-type]  # narrower at run time

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or SAID.get(message_template or "")
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail is ours; one that allauth would write has no place in this house."""
        raise NotImplementedError(template_prefix)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: secrets are encrypted under a key outside the database; names come from the settings, not from Host."""

    def encrypt(self, text: str) -> str:
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(_key()).encrypt(nonce, text.encode(), b"second factor")
        return _ENCRYPTED + base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises an error when the text was not encrypted here: nothing is passed through."""
        if not encrypted_text.startswith(_ENCRYPTED):
            raise ValueError("a secret of a second factor is not encrypted")
        sealed = base64.b64decode(encrypted_text.removeprefix(_ENCRYPTED))
        return AESGCM(_key()).decrypt(sealed[:12], sealed[12:], b"second factor").decode()

    def _get_site_name(self) -> str:
        return "ConBillet"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": urlsplit(settings.CONBILLET_BASE_URL).hostname or "localhost", "name": "ConBillet"}

    def build_totp_svg(self, url: str) -> str:
        import segno

        return str(segno.make(url, error="m").svg_inline(border=0, omitsize=True))


def _key() -> bytes:
    return InstallationKeys(settings.CONBILLET_KEYS / "installation").key_for("second-factors")
