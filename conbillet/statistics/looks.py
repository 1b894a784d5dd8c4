"""From counts to editions: the association's, and from what they show, the public page's."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from conbillet.catalogue.models import Event
from conbillet.core.postcodes import municipalities

from .models import TableEdition, TableKind
from .safety import LEAST_OFFICE, LEAST_PUBLIC, NOTHING, Edition, next_edition
from .snapshot import Counts, Tables
from .tables import ABROAD, GENDERS, TIMES, cell_of

Key = tuple[str, str, int]  # kind, part, least


def one_at_a_time() -> None:
    """Until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('conbillet statistics'))")


def latest(editions: QuerySet[TableEdition]) -> dict[Key, Edition]:
    """The newest edition of each part of each table."""
    newest = editions.order_by("table", "part", "least", "-people").distinct("table", "part", "least")
    return {(one.table, one.part, one.least): Edition(one.people, one.shown) for one in newest}


def look_at(counts: Tables, kept: Mapping[Key, Edition]) -> dict[Key, Edition]:
    """The association's editions, and from what they show, those of the public page."""
    taken: dict[Key, Edition] = {}
    for (kind, part), found in counts.items():
        _look(taken, kept, (kind, part, LEAST_OFFICE), found)
    shown = {(kind, part): one.shown for (kind, part, least), one in {**kept, **taken}.items() if least == LEAST_OFFICE}
    for (kind, part), found in _for_everybody(counts, shown).items():
        _look(taken, kept, (kind, part, LEAST_PUBLIC), found)
    return taken


def _look(taken: dict[Key, Edition], kept: Mapping[Key, Edition], key: Key, found: Counts) -> None:
    cells = {cell: found.cells.get(cell, 0) for cell in _cells_of(key[0])} if key[2] == LEAST_OFFICE else found.cells
    edition = next_edition(cells, people=found.people, before=kept.get(key, NOTHING), least=key[2])
    if edition is not None:
        taken[key] = edition


def _cells_of(kind: str) -> Iterable[str]:
    if kind in (TableKind.AGE_GENDER, TableKind.MEMBERS):
        return GENDERS
    if kind == TableKind.PLACE:
        return [ABROAD, *(code for code, _name in municipalities())]
    return TIMES if kind == TableKind.TIMES else ["has"]


def _for_everybody(counts: Tables, shown: Mapping[tuple[str, str], Mapping[str, int]]) -> dict[tuple[str, str], Counts]:
    """What the public page's editions are made of: nothing but what the association is shown. Ages are one table there."""
    found: dict[tuple[str, str], Counts] = {}
    for (kind, part), of in counts.items():
        whole = kind in (TableKind.AGE_GENDER, TableKind.MEMBERS)
        one = found.setdefault((kind, "" if whole else part), Counts())
        one.people += of.people
        for cell, number in shown.get((kind, part), {}).items():
            one.cells[cell_of(part, cell) if whole else cell] = number
    return found


def keep(
    taken: Mapping[Key, Edition],
    *,
    organization_id: int,
    now: datetime,
    event: Event | None = None,
    year: int | None = None,
) -> int:
    """Write them down; returns how many there are."""
    TableEdition.objects.bulk_create(
        TableEdition(
            organization_id=organization_id, event=event, year=year, table=kind, part=part, least=least,
            people=edition.people, shown=dict(edition.shown), taken_at=now,
        )
        for (kind, part, least), edition in taken.items()
    )  # fmt: skip
    return len(taken)
