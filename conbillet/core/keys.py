"""Encryption keys as files of their own, outside the database and its backups.

`SubjectKeys` holds one key for each person. What is append-only (audit payloads, device history, chat) is sealed under
it, so that destroying one small file makes every copy of that data unreadable, also those that cannot be reached.
`InstallationKeys` holds the few keys that belong to the installation itself (blind indexes, link signatures).

No person's key is cached: a key that one process destroys is dead in all the others at once.
"""

import os
import re
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from conbillet.core.files import create_private, locked, make_private_folder, sync_folder

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_FORMAT = b"\x01"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


class KeyProblem(Exception):
    """A key cannot be used."""


class KeyDestroyed(KeyProblem):
    """The subject has no key (any more): what was sealed for it is gone, and nothing new may be sealed."""


class KeyMissing(KeyProblem):
    """An installation key is not there and was not to be created."""


class SealBroken(KeyProblem):
    """The sealed bytes were altered, belong to another place or person, or are not ours. Never a partial result."""


class SubjectKeys:
    """The keys of persons, one file each, in 256 folders below `folder`."""

    def __init__(self, folder: Path, *, nobody: UUID | None = None) -> None:
        """`nobody` is a subject that stands for no person: its key is never destroyed, so it is read once only."""
        self._folder = Path(folder)
        self._nobody = nobody
        self._key_of_nobody: bytes | None = None

    def key_for(self, subject: UUID, create: bool = True) -> bytes:
        """The 32 bytes of the subject's key, made when missing. Raises KeyDestroyed after `destroy`, or when
        there is none and `create` is false."""
        if subject == self._nobody:
            if self._key_of_nobody is None:
                self._key_of_nobody = self._read_or_make(subject, create)
            return self._key_of_nobody
        return self._read_or_make(subject, create)

    def _read_or_make(self, subject: UUID, create: bool) -> bytes:
        key = _read(self._path(subject, "key"))
        if key is not None:
            return key
        if not create:
            raise KeyDestroyed(f"subject {subject} has no key")
        shard = self._shard(subject)
        make_private_folder(shard)
        # Creation and destruction take turns, or a late job could give an erased person a new key.
        with locked(shard / ".lock"):
            if self._path(subject, "destroyed").exists():
                raise KeyDestroyed(f"the key of subject {subject} was destroyed")
            create_private(self._path(subject, "key"), secrets.token_bytes(KEY_BYTES))
        key = _read(self._path(subject, "key"))
        if key is None:
            raise KeyDestroyed(f"the key of subject {subject} was destroyed")
        return key

    def destroy(self, subject: UUID) -> bool:
        """Remove the subject's key for good, forced to disk; whether there was one. May be repeated, also after a
        restore brought the file back. A mark without content stays, so that no new key is ever made."""
        if subject == self._nobody:
            raise ValueError("the key that stands for nobody is never destroyed")
        shard = self._shard(subject)
        make_private_folder(shard)
        with locked(shard / ".lock"):
            create_private(self._path(subject, "destroyed"), b"")
            try:
                self._path(subject, "key").unlink()
            except FileNotFoundError:
                return False
            sync_folder(shard)
            return True

    def seal(self, subject: UUID, plaintext: bytes, associated_data: bytes) -> bytes:
        """Encrypt under the subject's key (AES-256-GCM). `associated_data` names the place where the result is kept
        (table, column, row): it is not stored, but must be the same when opening."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = _bound(subject, associated_data)
        return _FORMAT + nonce + AESGCM(self.key_for(subject)).encrypt(nonce, plaintext, bound)

    def open_sealed(self, subject: UUID, sealed: bytes, associated_data: bytes) -> bytes:
        """What was sealed. Raises KeyDestroyed when the key is gone, SealBroken when anything does not fit."""
        if len(sealed) < len(_FORMAT) + _NONCE_BYTES + _TAG_BYTES or not sealed.startswith(_FORMAT):
            raise SealBroken("these bytes were not sealed here")
        key = self.key_for(subject, create=False)
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, body, _bound(subject, associated_data))
        except InvalidTag:
            raise SealBroken("sealed data was altered, or belongs to another person or place") from None

    def _shard(self, subject: UUID) -> Path:
        # The last digits: the first ones are a clock in time-ordered UUIDs and would all fall into one folder.
        return self._folder / subject.hex[-2:]

    def _path(self, subject: UUID, kind: str) -> Path:
        return self._shard(subject) / f"{subject}.{kind}"


class InstallationKeys:
    """The installation's own keys, one file `<name>.key` each."""

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)

    def key_for(self, name: str, create: bool = True) -> bytes:
        """The 32 bytes of the key `name` (lower-case letters, digits, hyphens), made when missing. Raises KeyMissing
        when there is none and `create` is false: use that where data made with the key exists already."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a key name: {name!r}")
        path = self._folder / f"{name}.key"
        key = _read(path)
        if key is None:
            if not create:
                raise KeyMissing(f"the key file {path} is missing: restore it from the keys' backup")
            make_private_folder(self._folder)
            create_private(path, secrets.token_bytes(KEY_BYTES))
            key = _read(path)
        if key is None:
            raise KeyMissing(f"the key file {path} was removed while it was being made")
        return key


def _bound(subject: UUID, associated_data: bytes) -> bytes:
    # The subject is of fixed length and comes first, so no other pair gives the same bytes.
    return subject.bytes + associated_data


def _read(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise KeyProblem(f"the key file {path} is damaged: it has {len(key)} bytes instead of {KEY_BYTES}")
    return key
