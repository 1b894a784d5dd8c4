"""Where backups go, as set in the environment, and what no place may be."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

REGION = "eu-west-1"  # Ireland, as the policy says


class BackupProblem(Exception):
    """Something about backups does not work; the message says what, and what to do."""


class NotSetUp(BackupProblem):
    """No place for backups is named."""


class WrongPlace(BackupProblem):
    """The place may not be used."""


@dataclass(frozen=True)
class Bucket:
    """A bucket behind the S3 protocol, and the folder in it."""

    host: str
    name: str
    folder: str


@dataclass(frozen=True)
class Places:
    """`repository` is the bucket (or, for a house without one, a folder on another disk); `keys_repository` is the operator's
    own, never in a bucket. The passwords are files among the installation's keys."""

    repository: str
    keys_repository: str
    data: Path
    media: Path
    keys: Path
    spool: Path
    access_key: str = ""
    secret_key: str = ""
    ca_file: str = ""
    age_recipient: str = ""

    @property
    def password(self) -> Path:
        return self.keys / "backups" / "password"

    @property
    def keys_password(self) -> Path:
        return self.keys / "backups" / "keys-password"

    @property
    def bucket(self) -> Bucket | None:
        """The repository's bucket; None for a folder."""
        if not self.repository.startswith("s3:"):
            return None
        parts = urlsplit(self.repository.removeprefix("s3:"))
        name, _, folder = parts.path.strip("/").partition("/")
        return Bucket(parts.netloc, name, folder)


def places() -> Places:
    """The places of this installation, checked. Raises NotSetUp or WrongPlace."""
    chosen = settings.CONBILLET_BACKUP
    found = Places(
        repository=chosen["repository"],
        keys_repository=chosen["keys_repository"],
        data=Path(settings.CONBILLET_DATA),
        media=Path(settings.MEDIA_ROOT),
        keys=Path(settings.CONBILLET_KEYS),
        spool=Path(chosen["spool"] or Path(settings.CONBILLET_DATA) / "backups"),
        access_key=chosen["access_key"],
        secret_key=chosen["secret_key"],
        ca_file=chosen["ca_file"],
        age_recipient=chosen["age_recipient"],
    )
    check(found)
    return found


def check(found: Places) -> None:
    """Refuse what would break a promise: backups in the clear on the way, keys in a bucket, keys beside what they open."""
    if not found.repository:
        raise NotSetUp("no place for backups is named: set CONBILLET_BACKUP_REPOSITORY (docs/backups.md)")
    if found.repository.startswith("s3:"):
        bucket = found.bucket
        if not found.repository.startswith("s3:https://") or bucket is None or not bucket.name:
            raise WrongPlace("CONBILLET_BACKUP_REPOSITORY must be s3:https://HOST/BUCKET, or a folder on another disk")
        if not found.access_key or not found.secret_key:
            raise WrongPlace("the bucket needs CONBILLET_BACKUP_ACCESS_KEY and CONBILLET_BACKUP_SECRET_KEY")
    elif not Path(found.repository).is_absolute():
        raise WrongPlace("CONBILLET_BACKUP_REPOSITORY must be s3:https://HOST/BUCKET, or a folder on another disk")
    check_keys_place(found)


def check_keys_place(found: Places) -> None:
    """The keys of persons lie in a place of the operator's own: a folder or SFTP, never a bucket, never among the data that
    goes into one."""
    place = found.keys_repository
    if not place:
        raise NotSetUp(
            "no place for the keys' backups is named: set CONBILLET_BACKUP_KEYS_REPOSITORY to a folder on a second disk, "
            "or to sftp:USER@HOST:/FOLDER"
        )
    if place.startswith("sftp:"):
        return
    if not Path(place).is_absolute():
        raise WrongPlace(
            "keys are never kept in a bucket or at a provider: CONBILLET_BACKUP_KEYS_REPOSITORY must be a folder on a "
            "second disk, or sftp:USER@HOST:/FOLDER"
        )
    chosen = Path(place).resolve()
    for taken in (found.media, found.spool, found.keys, Path(found.repository)):
        if chosen == taken or taken in chosen.parents or chosen in taken.parents:
            raise WrongPlace(f"the keys' backups may not lie in {taken}, nor above it: choose a folder of their own")
