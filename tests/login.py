"""Signs a test's client in, as the pages would have done it."""

import time
from datetime import UTC, datetime

from django.test import Client

from conbillet.accounts.actions.enrol_totp import enrol_totp
from conbillet.accounts.models import Account, Person
from conbillet.accounts.queries import has_second_factor

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def log_in(client: Client, person: Person, *, second_factor: bool = True, fresh: bool = True) -> Client:
    """Sign `client` in as somebody of the cast; returns it.

    With a second factor set up and used, unless told otherwise; `fresh` says that it was just now, so that sensitive
    pages do not ask again.
    """
    account = Account.objects.get(person=person)
    if second_factor and not has_second_factor(account):
        enrol_totp(account=account, secret=SECRET, now=datetime.now(UTC))
    client.force_login(account)
    at = time.time() if fresh else time.time() - 86_400
    records = [{"method": "code", "at": at}]
    if second_factor:
        records.append({"method": "mfa", "at": at, "type": "totp"})
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client


def totp_code(secret: str = SECRET, *, step: int = 0) -> str:
    """The six digits that an authenticator app shows now, or some 30-second steps later or earlier."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))
