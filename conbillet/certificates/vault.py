"""The only place that seals and opens CPR numbers.

Inside, the number is sealed under the person's own key: destroying that key makes every copy unreadable. Outside, it is
sealed again under a master key that is never in the database or its backups. Both layers are bound to the row, so that a
sealed number moved to another row does not open there.
"""

import hmac
import os
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from conbillet.core.keys import InstallationKeys, SealBroken, SubjectKeys

_NONCE_BYTES = 12


def seal_number(*, person: UUID, request: str, number: str) -> bytes:
    """`request` is the reference of the row. Raises KeyDestroyed for somebody who was erased."""
    inner = _subjects().seal(person, number.encode(), _place(request))
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_installation().key_for("cpr-master")).encrypt(nonce, inner, _place(request))


def open_number(*, person: UUID, request: str, sealed: bytes) -> str:
    """The ten digits. Raises SealBroken or KeyDestroyed; what is stored is never passed through."""
    try:
        inner = AESGCM(_installation().key_for("cpr-master", create=False)).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(request)
        )
    except InvalidTag:
        raise SealBroken("a sealed number was altered, or belongs to another row") from None
    return _subjects().open_sealed(person, inner, _place(request)).decode()


def mark_of(number: str) -> str:
    """A keyed mark that is the same for the same number. An unkeyed hash of a CPR number is found out in minutes."""
    return hmac.new(_installation().key_for("cpr-mark"), number.encode(), sha256).hexdigest()


def _place(request: str) -> bytes:
    return f"certificates_cprnumber/sealed/{request}".encode()


def _subjects() -> SubjectKeys:
    return SubjectKeys(settings.CONBILLET_KEYS / "subjects")


def _installation() -> InstallationKeys:
    return InstallationKeys(settings.CONBILLET_KEYS / "installation")
