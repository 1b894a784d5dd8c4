"""Where packages lie until they are fetched: sealed files outside the database, for seven days."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings

from conbillet.core.files import create_private, make_private_folder
from conbillet.core.keys import KeyDestroyed

from ..erasure.ledger import subject_keys
from ..models import InsightPackage


def keep(package: InsightPackage, plain: bytes) -> None:
    """Seal the bytes under the person's own key and store them. Raises KeyDestroyed when the person was erased."""
    sealed = subject_keys().seal(_whose_key(package), plain, _place(package.reference))
    make_private_folder(_folder())
    path = _path(package.reference)
    path.unlink(missing_ok=True)  # left by a try that was killed
    create_private(path, sealed)


def fetch(package: InsightPackage) -> bytes:
    """The zip's bytes. Raises FileNotFoundError, KeyDestroyed, SealBroken."""
    sealed = _path(package.reference).read_bytes()
    return subject_keys().open_sealed(_whose_key(package), sealed, _place(package.reference))


def remove(references: Collection[str]) -> None:
    """Delete the files; of those whose owner had no account also the key, which was made for that file alone."""
    for reference in references:
        try:
            subject_keys().key_for(_own_key(reference), create=False)
        except KeyDestroyed:
            pass  # it had an owner with a key
        else:
            subject_keys().destroy(_own_key(reference))
        _path(reference).unlink(missing_ok=True)


def forget_packages(*, now: datetime) -> int:
    """Delete what has expired, and files that no row knows (their person was erased); how many files."""
    lying = [path.stem for path in _folder().glob("*.sealed")]  # before the rows are asked: a new file has its row
    InsightPackage.objects.filter(expires_at__lt=now).delete()
    known = set(InsightPackage.objects.filter(reference__in=lying).values_list("reference", flat=True))
    gone = [reference for reference in lying if reference not in known]
    remove(gone)
    return len(gone)


def _whose_key(package: InsightPackage) -> UUID:
    return package.person_id or _own_key(package.reference)


def _own_key(reference: str) -> UUID:
    """The key of one file, for somebody without an account: nobody else's, and destroyed with the file."""
    return uuid5(NAMESPACE_OID, f"conbillet insight package {reference}")


def _place(reference: str) -> bytes:
    return f"insight package {reference}".encode()


def _folder() -> Path:
    return Path(settings.CONBILLET_DATA) / "packages"


def _path(reference: str) -> Path:
    return _folder() / f"{reference}.sealed"
