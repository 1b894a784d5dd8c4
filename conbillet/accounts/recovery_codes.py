"""Recovery codes: shown once, kept as keyed hashes only.

A code has 24 symbols, 120 random bits, so a fast hash is safe (ASVS 6.5.2: from 112 bits on); its key is a file outside
the database, so that a stolen database says nothing about a code at all. The hash is bound to the account. They stand
in a row of allauth's, of its type for recovery codes, without the seed from which allauth would make them anew.
"""

import hmac
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings

from conbillet.core.keys import InstallationKeys
from conbillet.core.references import BadReference, new_reference, normalise

from .models import Account

COUNT = 10
SYMBOLS = 24
_HASHES = "hashes"


def new_codes() -> list[str]:
    return [new_reference(SYMBOLS) for _ in range(COUNT)]


def as_typed(text: str) -> str:
    """The code that somebody meant, or nothing when it cannot be one: the six digits of an app never are."""
    try:
        code = normalise(text)
    except BadReference:
        return ""
    return code if len(code) == SYMBOLS else ""


def hash_of(account: Account, code: str) -> str:
    key = InstallationKeys(settings.CONBILLET_KEYS / "installation").key_for("recovery-codes")
    return hmac.digest(key, f"{account.pk}/{code}".encode(), "sha256").hex()


def stored(hashes: list[str]) -> dict[str, Any]:
    """The column of allauth's row. Its own list of codes is empty, so allauth by itself takes none and shows none."""
    return {"migrated_codes": [], _HASHES: hashes}


def hashes_in(row: Authenticator) -> list[str]:
    return list(row.data.get(_HASHES, ()))


def row_of(account_id: UUID | int) -> Any:
    """The row that holds them, as a query."""
    return Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.RECOVERY_CODES)
