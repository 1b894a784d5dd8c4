"""Sign somebody in without the pages of sign-in, for tests that are about something else."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext

from conbillet.accounts.models import Person
from tests.login import log_in


def sign_in(context: BrowserContext, person: Person, *, url: str, second_factor: bool = False) -> None:
    """From now on `context` is `person`, freshly signed in at the house `url`, with a second factor used if asked."""
    account = person.account
    EmailAddress.objects.get_or_create(user=account, email=account.email, defaults={"verified": True, "primary": True})
    client = log_in(Client(), person, second_factor=second_factor)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url, "httpOnly": True}])
