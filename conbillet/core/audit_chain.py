"""Verifying the audit log: does every sealed entry still stand where, and as, it was written?

What a chain cannot show by itself is that its end was cut off, or that all of it was written anew; the newest entry of
each is therefore known outside the database as well (`audit_heads.py`).
"""

from dataclasses import dataclass

from .audit import GENESIS, entry_hash
from .audit_heads import Head, chain_of
from .models import AuditEntry

CHUNK = 2000


@dataclass(frozen=True)
class Chain:
    """One association's chain, or the platform's own. `first_broken` is None when all `sealed` entries verify.

    `waiting` entries have not been sealed yet; the job does it within minutes. `head` is the last hash, in hexadecimal.
    """

    organization_id: int | None
    sealed: int
    waiting: int
    head: str
    first_broken: int | None


def verify_chain(organization_id: int | None, *, known: Head | None = None) -> Chain:
    """Read a chain from its beginning, a few thousand entries at a time, up to the first number that does not verify.

    `known` is an entry that the chain had; a chain without it is broken there, or at its end if that comes before.
    """
    previous, sealed, broken = GENESIS, 0, None
    seals = chain_of(organization_id).select_related("entry").order_by("number")
    for seal in seals.iterator(chunk_size=CHUNK):
        expected = sealed + 1
        entry = seal.entry
        fits = (
            seal.number == expected
            and entry.organization_id == organization_id
            and bytes(seal.previous_hash) == previous
            and bytes(seal.entry_hash) == entry_hash(entry, expected, previous, seal.payload_hash)
            and (known is None or known.number != expected or known.hash == bytes(seal.entry_hash).hex())
        )
        if not fits:
            broken = expected
            break
        previous, sealed = bytes(seal.entry_hash), expected
    if broken is None and known is not None and known.number > sealed:
        broken = sealed + 1  # its end was cut off
    mine = {"organization_id": organization_id} if organization_id is not None else {"organization__isnull": True}
    waiting = AuditEntry.objects.filter(seal__isnull=True, **mine).count()
    return Chain(organization_id, sealed, waiting, previous.hex(), broken)
