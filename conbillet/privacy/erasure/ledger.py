"""Where the erasure ledger and the subjects' keys are, and how somebody without an account is named in it."""

import hashlib
import hmac
from pathlib import Path
from uuid import UUID

from django.conf import settings

from conbillet.core.erasure_ledger import ErasureLedger
from conbillet.core.keys import InstallationKeys, SubjectKeys
from conbillet.core.replay_ledger import ERASURES, ledger_path

from ..reach import Subject

ACCOUNT = "account"
GUEST = "guest"
CHILD = "child"


def ledger() -> ErasureLedger:
    """Beside the keys: neither is in the database or in its backups."""
    return ErasureLedger(ledger_path(ERASURES, Path(settings.CONBILLET_KEYS)))


def subject_keys() -> SubjectKeys:
    return SubjectKeys(settings.CONBILLET_KEYS / "subjects")


def entry_of(subject: Subject) -> tuple[UUID, str]:
    """The id and the scope under which an erasure is written down."""
    if subject.child is not None:
        return subject.child, CHILD
    if subject.persons:
        return next(iter(subject.persons)), ACCOUNT
    return guest_id(next(iter(subject.emails))), GUEST


def guest_id(email: str) -> UUID:
    """A name for an address without an account: a keyed hash, which says nothing to whoever lacks our key.

    A row's id would not do: after a restore, the same number can be given to somebody else's row.
    """
    key = InstallationKeys(settings.CONBILLET_KEYS).key_for("erased-guests")
    return UUID(bytes=hmac.new(key, email.strip().lower().encode(), hashlib.sha256).digest()[:16])
