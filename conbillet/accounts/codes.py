"""Six-digit codes that prove an e-mail address.

A code is computed from a random reference and the address under the server's key. Nothing but the reference is stored
or queued; the mail's writer and the page that checks compute the code anew.
"""

import hmac
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from conbillet.core.rate_limits import spend
from conbillet.core.references import new_reference

LIFETIME = timedelta(minutes=10)  # at most, OWASP ASVS 5.0, 6.5.5
GUESSES = 5


class Purpose(StrEnum):
    """What the visitor wants with the code; the mail says so, so that nobody is talked out of a code."""

    SIGN_IN = "sign_in"
    CONFIRM = "confirm"  # that it is still you, before something sensitive
    CHANGE_EMAIL = "change_email"
    ATTACH = "attach"  # orders bought with another address
    CASE = "case"  # that a case about somebody's data is theirs


class WrongCode(Exception):
    """The code is not that one; another try is allowed."""

    message = _("That is not the code. Look at the newest mail from us, and type the six digits again.")


class CodeExpired(Exception):
    """Too late, or tried too often: a new code is needed."""

    message = _("This code can no longer be used. Ask for a new one.")


@dataclass(frozen=True)
class PendingCode:
    """A code on its way. Kept in the visitor's session; it does not hold the code."""

    reference: str
    email: str
    purpose: str
    sent_at: float
    next: str = ""

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.sent_at, UTC) + LIFETIME


def new_code(*, email: str, purpose: Purpose, now: datetime, next: str = "") -> PendingCode:
    """A code that is still to be sent (`workflows.sign_in.send_code`)."""
    return PendingCode(new_reference(20), email.strip().lower(), purpose, now.timestamp(), next)


def pending_code(stored: Any) -> PendingCode | None:
    """The code that a session holds, or None when it holds none or something else."""
    try:
        return PendingCode(**stored)
    except TypeError:
        return None


def code_for(reference: str, email: str) -> str:
    """The six digits that belong to a reference and an address."""
    text = f"{reference}\x00{email.strip().lower()}".encode()
    digest = hmac.new(b"e-mail code " + settings.SECRET_KEY.encode(), text, sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def check_code(*, pending: PendingCode, typed: str, now: datetime) -> None:
    """Raises WrongCode or CodeExpired. Guesses are counted in the database: more browsers do not give more guesses."""
    if now > pending.expires_at:
        raise CodeExpired
    if not spend("guess a code", pending.reference, amount=GUESSES, seconds=86_400, now=now):
        raise CodeExpired
    digits = "".join(character for character in typed[:40] if character.isdigit())
    if not digits.isascii() or not hmac.compare_digest(digits, code_for(pending.reference, pending.email)):
        raise WrongCode


def use_up(*, pending: PendingCode, now: datetime) -> None:
    """A code is good for one time: whoever comes second with it is refused. Raises CodeExpired."""
    if not spend("use a code", pending.reference, amount=1, seconds=86_400, now=now):
        raise CodeExpired
