"""Give an account an authenticator app with a known secret."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.db import transaction

from ..models import Account
from .make_recovery_codes import make_recovery_codes


@transaction.atomic
def enrol_totp(*, account: Account, secret: str, now: datetime) -> None:
    """Set up TOTP (RFC 6238) with a base32 `secret`, and recovery codes; replaces an earlier one.

    For the demo's accounts, whose secret everybody may know, and for tests. People enrol on the page.
    """
    Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).delete()
    Authenticator.objects.create(
        user=account, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}, created_at=now
    )
    make_recovery_codes(account=account, now=now)
