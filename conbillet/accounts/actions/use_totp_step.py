"""A code from an authenticator app is good for one time."""

from datetime import datetime

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction


class CodeUsed(Exception):
    """This code, or a newer one, was used already."""


@transaction.atomic
def use_totp_step(*, authenticator_id: int, code: str, now: datetime) -> None:
    """Remember the time step that the code belongs to; only newer ones are taken from then on (RFC 6238 section 5.2).

    In the database, so that all processes agree. Raises CodeUsed.
    """
    authenticator = Authenticator.objects.select_for_update().get(pk=authenticator_id)
    secret, present = decrypt(authenticator.data["secret"]), int(now.timestamp()) // app_settings.TOTP_PERIOD
    steps = range(present - app_settings.TOTP_TOLERANCE - 1, present + app_settings.TOTP_TOLERANCE + 2)
    matching = [step for step in steps if format_hotp_value(hotp_value(secret, step)) == code]
    if not matching or matching[-1] <= authenticator.data.get("last_step", 0):
        raise CodeUsed
    authenticator.data["last_step"] = matching[-1]
    authenticator.save(update_fields=["data"])
