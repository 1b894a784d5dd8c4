"""Writing and sealing the audit log.

Entries are written in the caller's transaction; `seal_entries` chains them afterwards, per association, in a job.
"""

import hashlib
import json
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from . import rows
from .actor import Actor
from .keys import SubjectKeys
from .models import AuditEntry, AuditSeal

GENESIS = bytes(32)
# Payloads that are about nobody are sealed under the installation's own key.
INSTALLATION = UUID(int=0)


def _keys() -> SubjectKeys:
    return _keys_in(settings.CONBILLET_KEYS / "subjects")


@cache
def _keys_in(folder: Path) -> SubjectKeys:
    return SubjectKeys(folder, nobody=INSTALLATION)


def record(
    *,
    action: str,
    actor: Actor,
    now: datetime,
    organization_id: int | None,
    object_kind: str,
    object_reference: str,
    subject: UUID | None = None,
    **details: Any,
) -> None:
    """Add one entry. `details` (amounts, states, reasons) are encrypted under the subject's key where there is one."""
    payload = None
    if details:
        text = json.dumps(details, default=str, sort_keys=True).encode()
        payload = _keys().seal(subject or INSTALLATION, text, action.encode())
    rows.add(
        AuditEntry,
        organization_id=organization_id,
        at=now,
        action=action,
        actor_kind=actor.kind,
        actor_id=actor.person_id,
        actor_role=actor.role,
        subject_id=subject,
        object_kind=object_kind,
        object_reference=object_reference,
        payload=payload,
    )


def details_of(entry: AuditEntry) -> dict[str, Any]:
    """What an entry says; raises `KeyDestroyed` when its subject was erased."""
    if entry.payload is None:
        return {}
    opened = _keys().open_sealed(entry.subject_id or INSTALLATION, bytes(entry.payload), entry.action.encode())
    return dict(json.loads(opened))


def entry_hash(
    entry: AuditEntry, number: int, previous: bytes, payload_hash: bytes | memoryview | None = None
) -> bytes:
    """SHA-256 over the place in the chain and every stored column; the payload enters as it is stored, encrypted.

    Where the payload is forgotten, what is left of it (`AuditSeal.payload_hash`) stands in for it.
    """
    forgotten = entry.payload is None and payload_hash is not None
    columns = [
        number,
        entry.pk,
        entry.organization_id,
        entry.at.isoformat(),
        entry.action,
        entry.actor_kind,
        str(entry.actor_id),
        entry.actor_role,
        str(entry.subject_id),
        entry.object_kind,
        entry.object_reference,
        bytes(payload_hash or b"").hex() if forgotten else hashlib.sha256(bytes(entry.payload or b"")).hexdigest(),
    ]
    return hashlib.sha256(previous + json.dumps(columns).encode()).digest()


def seal_entries(*, limit: int = 5000) -> int:
    """Chain the entries that are not sealed yet, oldest first; returns how many. One run at a time, by an advisory lock."""
    with transaction.atomic(), rows.gathered():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('conbillet audit seal'))")
        heads: dict[int | None, tuple[int, bytes]] = {}
        entries = list(AuditEntry.objects.filter(seal__isnull=True).order_by("id")[:limit])
        for entry in entries:
            if entry.organization_id not in heads:
                last = _chain(entry.organization_id).order_by("-number").first()
                heads[entry.organization_id] = (last.number, bytes(last.entry_hash)) if last else (0, GENESIS)
            number, previous = heads[entry.organization_id]
            digest = entry_hash(entry, number + 1, previous)
            rows.add(
                AuditSeal,
                entry_id=entry.pk,
                organization_id=entry.organization_id,
                number=number + 1,
                previous_hash=previous,
                entry_hash=digest,
            )
            heads[entry.organization_id] = (number + 1, digest)
        return len(entries)


def _chain(organization_id: int | None) -> QuerySet[AuditSeal]:
    """The seals of one association, or of the platform itself."""
    seals = AuditSeal.objects.all()
    return (
        seals.filter(organization__isnull=True)
        if organization_id is None
        else seals.filter(organization_id=organization_id)
    )


def broken_seals(organization_id: int | None) -> list[int]:
    """The numbers in an association's chain whose entry or predecessor no longer matches; empty when it verifies."""
    broken, previous, expected = [], GENESIS, 1
    seals = _chain(organization_id).select_related("entry").order_by("number")
    for seal in seals.iterator():
        digest = entry_hash(seal.entry, seal.number, previous, seal.payload_hash)
        if seal.number != expected or bytes(seal.previous_hash) != previous or bytes(seal.entry_hash) != digest:
            broken.append(seal.number)
        previous, expected = bytes(seal.entry_hash), seal.number + 1
    return broken


def forget_payloads(*, before: datetime) -> Counter[int | None]:
    """Empty what sealed entries of before that instant say (retention rule `access_log`); how many, by association.

    The chain still verifies. The application cannot change the log: a function of the owner's does it, which refuses
    anything younger than two years.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id, forgotten FROM conbillet_forget_payloads(%s)", [before])
        return Counter({organization: int(forgotten) for organization, forgotten in cursor.fetchall()})
