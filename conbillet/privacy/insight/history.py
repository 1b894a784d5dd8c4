"""To whom the subject was handed over, who looked them up, and what else the log says about them."""

import json
from collections.abc import Collection, Iterable
from typing import Any, Literal, overload
from uuid import UUID

from django.db import connection
from django.db.models import Q

from conbillet.core import audit
from conbillet.core.actor import ActorKind
from conbillet.core.keys import KeyProblem
from conbillet.core.models import AuditEntry

from ..models import DisclosedPerson
from ..reach import Subject
from .facts import Deed, Handover, LookUp

_LOOKED = ("looked_up_", "order_seen")
_KINDS = {"sales_order": "order", "support_case": "case", "support_chat": "chat", "tickets_ticket": "ticket"}


@overload
def handovers_of(
    *,
    persons: Collection[UUID],
    participants: Collection[int],
    orders: Collection[int],
    by_participant: Literal[False] = False,
) -> list[Handover]: ...
@overload
def handovers_of(
    *, persons: Collection[UUID], participants: Collection[int], orders: Collection[int], by_participant: Literal[True]
) -> list[tuple[int, Handover]]: ...
def handovers_of(
    *, persons: Collection[UUID], participants: Collection[int], orders: Collection[int], by_participant: bool = False
) -> list[Any]:
    """Each time an association was given the six fields, the newest first. Who had no account then stands there under a
    number made of their row (`models/attendees.py`)."""
    stand_ins = _stand_ins("participant", participants) | _stand_ins("order", orders)
    rows = DisclosedPerson.objects.filter(subject_id__in=[*persons, *stand_ins]).select_related("disclosure__event")
    found = []
    for row in rows.order_by("-disclosure__at", "-pk"):
        one = Handover(
            organization=row.organization_id,
            purpose=row.disclosure.purpose,
            form=row.disclosure.form,
            event=row.disclosure.event.name if row.disclosure.event else "",
            fields=tuple(row.disclosure.fields.split(",")),
            at=row.disclosure.at,
        )
        found.append((stand_ins.get(row.subject_id, 0), one) if by_participant else one)
    return found


def _stand_ins(kind: str, pks: Iterable[int]) -> dict[UUID, int]:
    """The numbers by which the view of attendees names rows without a person; asked of the database, which makes them."""
    wanted = list(pks)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5(%s || n)::uuid, n FROM unnest(%s::bigint[]) AS n", [f"conbillet {kind} ", wanted])
        return {number: pk for number, pk in cursor.fetchall()}  # noqa: C416  a wider type of rows


def history_of(subject: Subject, found: dict[str, list[Any]]) -> tuple[list[Deed], list[LookUp]]:
    """The log about the subject, and about their orders and cases as far as it names nobody else; the newest first."""
    about = Q(subject_id__in=subject.persons)
    for table, kind in _KINDS.items():
        if references := [row.reference for row in found.get(table, ())]:
            about |= Q(subject_id__isnull=True, object_kind=kind, object_reference__in=references)
    deeds, look_ups = [], []
    for entry in AuditEntry.objects.filter(about).order_by("-pk"):
        try:
            details = audit.details_of(entry)
        except (KeyProblem, json.JSONDecodeError):
            details = {}
        if entry.action.startswith(_LOOKED):
            purpose = str(details.get("purpose") or details.get("reason") or "")
            look_ups.append(LookUp(entry.organization_id, entry.action, purpose, entry.at))
        else:
            by = "you" if entry.actor_id in subject.persons and entry.actor_id else entry.actor_kind
            reference = entry.object_reference if entry.object_kind in _KINDS.values() else ""
            deeds.append(Deed(entry.organization_id, entry.action, str(by), reference, entry.at, details))
    return deeds, look_ups


SIDES = ("you", *(kind.value for kind in ActorKind))
