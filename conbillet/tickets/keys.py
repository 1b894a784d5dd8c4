"""The Ed25519 keys that sign ticket codes, as files outside the database.

Each private key is a PEM file `<key id>.pem`, mode 0600, in the folder that the setting CONBILLET_KEYS names (below it
`tickets`). A key id is two symbols that count up and four that are derived from the key itself, so that a file that was
renamed or mixed up is noticed. The key with the greatest id signs; all of them verify, so printed tickets stay valid
after a rotation. Removing a file revokes every ticket that it signed.
"""

import hashlib
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from conbillet.core.files import create_private, locked, make_private_folder
from conbillet.core.references import ALPHABET

_COUNTER, _DERIVED = 2, 4
_TICK = 1_000_000_000


class TicketKeyProblem(Exception):
    """A key file cannot be used; the message names the file and what to do."""


@dataclass(frozen=True)
class SigningKey:
    """A private key with its id."""

    key_id: str
    private_key: Ed25519PrivateKey

    @cached_property
    def public_key(self) -> Ed25519PublicKey:
        return self.private_key.public_key()


class TicketKeys:
    """The keys in one folder. Cheap to ask: files are read again only when the folder has changed.

    Safe for threads and processes: a rotation in one process is seen by the others at their next call.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)
        # One assignment replaces both, so that another thread never sees keys of two different moments.
        self._loaded: tuple[tuple[int, int] | None, dict[str, SigningKey]] = (None, {})

    def signing_key(self) -> SigningKey:
        """The key that signs now; the first one is made when the folder has none."""
        keys = self._keys()
        if not keys:
            keys = self._add(only_when_empty=True)
        return keys[max(keys)]

    def public_keys(self) -> Mapping[str, Ed25519PublicKey]:
        """All keys by id, as `codes.verify` takes them."""
        return {key_id: key.public_key for key_id, key in self._keys().items()}

    def rotate(self) -> SigningKey:
        """Make a new key, which signs from now on. The old ones keep verifying."""
        keys = self._add(only_when_empty=False)
        return keys[max(keys)]

    def _add(self, *, only_when_empty: bool) -> dict[str, SigningKey]:
        make_private_folder(self._folder)
        with locked(self._folder / ".lock"):
            keys = self._load()
            if not (only_when_empty and keys):
                private_key = Ed25519PrivateKey.generate()
                number = 1 + max((_number(key_id) for key_id in keys), default=0)
                if number >= len(ALPHABET) ** _COUNTER:
                    raise TicketKeyProblem(f"there are too many ticket keys in {self._folder}: remove the oldest ones")
                pem = private_key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
                create_private(self._folder / f"{_key_id(number, private_key)}.pem", pem)
        return self._keys()

    def _keys(self) -> dict[str, SigningKey]:
        try:
            status = self._folder.stat()
        except FileNotFoundError:
            return {}
        version = (status.st_mtime_ns, status.st_ino)
        known, keys = self._loaded
        if known != version:
            # The state was taken before reading, so a key that is added meanwhile is read at the next call. A folder
            # that changed just now may change again within the same tick of the file system's clock: not remembered.
            keys = self._load()
            settled = time.time_ns() - status.st_mtime_ns > _TICK
            self._loaded = (version if settled else None, keys)
        return keys

    def _load(self) -> dict[str, SigningKey]:
        return {path.stem: _read(path) for path in sorted(self._folder.glob("*.pem")) if not path.name.startswith(".")}


def ticket_keys() -> TicketKeys:
    """The keys of this installation: those of the folder that the settings name now."""
    return _keys_in(settings.CONBILLET_KEYS / "tickets")


@cache
def _keys_in(folder: Path) -> TicketKeys:
    return TicketKeys(folder)


def _number(key_id: str) -> int:
    return ALPHABET.index(key_id[0]) * len(ALPHABET) + ALPHABET.index(key_id[1])


def _key_id(number: int, private_key: Ed25519PrivateKey) -> str:
    digest = hashlib.sha256(private_key.public_key().public_bytes_raw()).digest()
    derived = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:_DERIVED])
    return ALPHABET[number // len(ALPHABET)] + ALPHABET[number % len(ALPHABET)] + derived


def _read(path: Path) -> SigningKey:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(10_000)
    except PermissionError:
        raise TicketKeyProblem(
            f"the ticket key {path} belongs to another user: give it to the user we run as"
        ) from None
    if mode & 0o077:
        raise TicketKeyProblem(
            f"the ticket key {path} can be read by others: run `chmod 600` on it, or rotate the keys"
        )
    try:
        private_key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise TicketKeyProblem(f"the ticket key {path} is damaged: restore it from the keys' backup") from None
    if not isinstance(private_key, Ed25519PrivateKey):
        raise TicketKeyProblem(f"{path} is not an Ed25519 key: only keys that were made here belong in this folder")
    named = path.stem
    if (
        len(named) != _COUNTER + _DERIVED
        or not set(named) <= set(ALPHABET)
        or named != _key_id(_number(named), private_key)
    ):
        raise TicketKeyProblem(f"the ticket key {path} does not fit its name: restore both from the keys' backup")
    return SigningKey(named, private_key)
