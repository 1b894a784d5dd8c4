"""Make the package that an approved request covers: a zip, encrypted on disk, known by its SHA-256."""

import hashlib
import io
import json
import os
import zipfile
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core import audit
from conbillet.core.actor import Actor
from conbillet.core.files import create_private, make_private_folder
from conbillet.core.keys import InstallationKeys

from ..models import AuthorityCase, AuthorityPackage, AuthoritySubject
from ..package_contents import contents
from ..reach import Subject, guest, subject_of

_NONCE_BYTES = 12
# A fixed time inside the zip: the same contents give the same bytes, and so the same hash.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class CannotSeal(Exception):
    message = _("Two others must approve the request first.")


class PackageChanged(Exception):
    """The file is not the one that was sealed. Never a partial result."""


@transaction.atomic
def seal_authority_package(*, case: AuthorityCase, actor: Actor, now: datetime) -> AuthorityPackage:
    """The package of an approved case; a second call gives the one that is there. Raises CannotSeal."""
    locked = AuthorityCase.objects.select_for_update().get(pk=case.pk)
    if made := AuthorityPackage.objects.filter(case=locked).first():
        return made
    if locked.state != AuthorityCase.State.APPROVED:
        raise CannotSeal
    plain = _zip(locked, now)
    digest = hashlib.sha256(plain).hexdigest()
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(_key()).encrypt(nonce, plain, locked.reference.encode())
    make_private_folder(_folder())
    path = _path(locked)
    path.unlink(missing_ok=True)  # left by a call whose transaction did not end
    create_private(path, sealed)
    package = AuthorityPackage.objects.create(case=locked, sha256=digest, made_at=now)
    audit.record(
        action="authority_package_sealed",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="authority_case",
        object_reference=locked.reference,
        sha256=digest,
    )
    return package


def open_package(package: AuthorityPackage) -> bytes:
    """The zip's bytes. Raises PackageChanged when they are not those that were sealed, FileNotFoundError when gone."""
    sealed = _path(package.case).read_bytes()
    try:
        plain = AESGCM(_key()).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], package.case.reference.encode())
    except Exception:  # noqa: BLE001 - whatever OpenSSL says, the bytes are not ours
        raise PackageChanged from None
    if hashlib.sha256(plain).hexdigest() != package.sha256:
        raise PackageChanged
    return plain


def remove_package(package: AuthorityPackage) -> bool:
    """Delete the file; the hash stays. Whether there was one."""
    path = _path(package.case)
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def _zip(case: AuthorityCase, now: datetime) -> bytes:
    cover = {
        "case": case.reference,
        "authority": case.authority,
        "their_reference": case.their_reference,
        "legal_ground": case.legal_ground,
        "categories": case.categories.split(","),
        "from": case.from_date,
        "to": case.to_date,
        "made_at": now,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "cover.json", cover)
        for number, subject in enumerate(case.subjects.order_by("id"), start=1):
            found = contents(
                subject=_whom(subject),
                categories=case.categories.split(","),
                from_date=case.from_date,
                to_date=case.to_date,
            )
            _add(archive, f"person-{number}.json", found)
    return buffer.getvalue()


def _whom(named: AuthoritySubject) -> Subject:
    """Nobody, for a person who was erased since."""
    if named.subject_id is None:
        return guest(named.email)
    person = Person.objects.filter(pk=named.subject_id).first()
    return subject_of(person) if person else Subject(frozenset(), frozenset())


def _add(archive: zipfile.ZipFile, name: str, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), text)


def _folder() -> Path:
    return Path(settings.CONBILLET_DATA) / "authorities"


def _path(case: AuthorityCase) -> Path:
    return _folder() / f"{case.reference}.sealed"


def _key() -> bytes:
    return InstallationKeys(settings.CONBILLET_KEYS / "installation").key_for("authority-packages")
