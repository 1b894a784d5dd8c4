"""Sign somebody in without the pages of sign-in, for tests that are about something else."""

import time

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext

from conbillet.accounts.models import Person


def sign_in(context: BrowserContext, person: Person, *, url: str, second_factor: bool = False) -> None:
    """From now on `context` is `person`, freshly signed in at the house `url`, with an authenticator app if asked."""
    account = person.account
    EmailAddress.objects.get_or_create(user=account, email=account.email, defaults={"verified": True, "primary": True})
    method = {"method": "code", "at": time.time(), "email": account.email}
    if second_factor and not Authenticator.objects.filter(user=account).exists():
        TOTP.activate(account, generate_totp_secret())
    client = Client()
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    # What allauth notes at a sign-in, so that pages which ask for a recent one are open for a while.
    session["account_authentication_methods"] = [method]
    session.save()
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url, "httpOnly": True}])
