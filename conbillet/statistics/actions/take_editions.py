"""Look at the tables of an event, or of a year's members, and keep what may be shown of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from conbillet.catalogue.models import Event
from conbillet.core.people import Held
from conbillet.core.postcodes import municipalities
from conbillet.organizations.models import Organization

from ..models import TableEdition, TableKind
from ..safety import LEAST_OFFICE, LEAST_PUBLIC, NOTHING, Edition, next_edition
from ..snapshot import Counts, Tables, event_counts, member_counts
from ..tables import ABROAD, GENDERS, TIMES, cell_of

Key = tuple[str, str, int]  # kind, part, least


@transaction.atomic
def take_editions(*, event: Event, left_out: Held, now: datetime) -> int:
    """The next editions of an event's tables; returns how many there are. `left_out` are not counted."""
    _one_at_a_time()
    before = Event.objects.filter(organization=event.organization_id, starts_on__lt=event.starts_on)
    earlier = before.exclude(state__in=[Event.State.DRAFT, Event.State.CANCELLED]).values_list("pk", flat=True)
    counts = event_counts(event=event, earlier=list(earlier), left_out=left_out)
    kept = _latest(TableEdition.objects.filter(event=event))
    taken = _looks(counts, kept)
    return _keep(taken, organization_id=event.organization_id, event=event, now=now)


@transaction.atomic
def take_members_edition(*, organization: Organization, year: int, left_out: Held, now: datetime) -> int:
    """The only edition of a year's members: a year is looked at once, when it is over. Returns how many parts it has."""
    _one_at_a_time()
    if TableEdition.objects.filter(organization=organization, year=year).exists():
        return 0
    counts = member_counts(organization_id=organization.pk, year=year, left_out=left_out)
    return _keep(_looks(counts, {}), organization_id=organization.pk, year=year, now=now)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('conbillet statistics'))")


def _latest(editions: QuerySet[TableEdition]) -> dict[Key, Edition]:
    """The newest edition of each part of each table."""
    newest = editions.order_by("table", "part", "least", "-people").distinct("table", "part", "least")
    return {(one.table, one.part, one.least): Edition(one.people, one.shown) for one in newest}


def _looks(counts: Tables, kept: Mapping[Key, Edition]) -> dict[Key, Edition]:
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


def _keep(taken: Mapping[Key, Edition], *, organization_id: int, now: datetime, event: Event | None = None, year: int | None = None) -> int:
    TableEdition.objects.bulk_create(
        TableEdition(
            organization_id=organization_id, event=event, year=year, table=kind, part=part, least=least,
            people=edition.people, shown=dict(edition.shown), taken_at=now,
        )
        for (kind, part, least), edition in taken.items()
    )  # fmt: skip
    return len(taken)
