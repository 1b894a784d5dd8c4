"""The newest sealed entry of each chain of the audit log, kept in files outside the database.

A chain shows what was changed inside it; that its end was cut off, or all of it written anew, shows only against something
that whoever did it could not reach.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from .files import PRIVATE_FILE, make_private_folder, sync_folder
from .models import AuditSeal

PLATFORM = "platform"


@dataclass(frozen=True)
class Head:
    """The entry with this number had this hash (hexadecimal)."""

    number: int
    hash: str

    def stands(self, organization_id: int | None) -> bool:
        """Whether the chain still has it."""
        seal = chain_of(organization_id).filter(number=self.number).first()
        return seal is not None and bytes(seal.entry_hash).hex() == self.hash


def chain_of(organization_id: int | None):  # type: ignore[no-untyped-def]  # a QuerySet of seals
    mine = {"organization_id": organization_id} if organization_id is not None else {"organization__isnull": True}
    return AuditSeal.objects.filter(**mine)


def known_head(organization_id: int | None) -> Head | None:
    """What was written down last for this chain; None when nothing was yet."""
    try:
        return Head(**json.loads(_path(organization_id).read_text()))
    except FileNotFoundError:
        return None


def remember_heads() -> int:
    """Write down the head of each chain that has grown; how many. One that no longer continues what is known is left as it
    is, so that `verify` goes on telling of it."""
    moved = 0
    newest = AuditSeal.objects.order_by("organization_id", "-number").distinct("organization_id")
    for seal in newest:
        known = known_head(seal.organization_id)
        if known is not None and (known.number >= seal.number or not known.stands(seal.organization_id)):
            continue
        write_head(seal.organization_id, Head(seal.number, bytes(seal.entry_hash).hex()))
        moved += 1
    return moved


def write_head(organization_id: int | None, head: Head) -> None:
    """Replace what is known of a chain, in one step and forced to disk."""
    path = _path(organization_id)
    make_private_folder(path.parent)
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(head), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def _path(organization_id: int | None) -> Path:
    return Path(settings.CONBILLET_KEYS) / "audit" / f"{PLATFORM if organization_id is None else organization_id}.json"
