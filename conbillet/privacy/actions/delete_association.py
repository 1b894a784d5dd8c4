"""Delete an association on its day: every row, by the database's own function; the receipt stays."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import TruncMonth

from conbillet.catalogue.models import Event
from conbillet.catalogue.pictures import forget_picture
from conbillet.core import audit
from conbillet.core.actor import SYSTEM
from conbillet.core.clock import copenhagen_day
from conbillet.payments.models import LedgerAccount, LedgerEntry
from conbillet.support.models import Chat
from conbillet.support.sealing import forget_key

from ..departure import obstacles, remove
from ..models import Departure, DepartureLine

YEARS = 5
BOOKKEEPING = "bogføringsloven § 12"
ACCOUNTABILITY = "GDPR art. 5(2)"
Outcome = DepartureLine.Outcome


class NotToday(Exception):
    """It is not agreed, not handed over, not the day yet, or something stands in the way."""


@transaction.atomic
def delete_association(*, departure: Departure, now: datetime) -> Departure:
    """The departure with its receipt. Raises NotToday."""
    locked = Departure.objects.select_for_update(of=("self",)).select_related("organization").get(pk=departure.pk)
    organization, today = locked.organization, copenhagen_day(now)
    ready = locked.agreed_at and locked.handed_over_at and locked.withdrawn_at is None and locked.deleted_at is None
    if organization is None or not ready or locked.delete_on > today or obstacles(organization, now=now):
        raise NotToday
    kept = _own_fees(locked, today)
    conversations = set(
        Chat.objects.filter(organization=organization, person=None).values_list("subject_id", flat=True)
    )
    pictures = list(
        Event.objects.filter(organization=organization).exclude(picture="").values_list("picture", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT privacy_delete_association(%s, %s)", [locked.reference, today])
        counts: dict[str, int] = _loaded(cursor.fetchone()[0])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # whatever still points at what is gone is noticed here
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    lines = [
        DepartureLine(departure_id=locked.pk, outcome=Outcome.DELETED, table=table, count=count)
        for table, count in sorted(counts.items())
    ]
    DepartureLine.objects.bulk_create([*lines, *kept])
    Departure.objects.filter(pk=locked.pk).update(
        deleted_at=now,
        rows_deleted=sum(counts.values()) + 1,
        kept_until=max((line.until for line in kept if line.until), default=None),
    )
    audit.record(
        action="association_deleted",
        actor=SYSTEM,
        now=now,
        organization_id=None,
        object_kind="departure",
        object_reference=locked.reference,
        rows=sum(counts.values()),
    )
    transaction.on_commit(lambda: _remove_files(locked, pictures, conversations))
    locked.refresh_from_db()
    return locked


def _own_fees(departure: Departure, today: date) -> list[DepartureLine]:
    """The platform's own bookkeeping: what it earned, by month, without an order and without a person."""
    fees = LedgerEntry.objects.filter(organization=departure.organization_id, account=LedgerAccount.PLATFORM_FEE)
    by_month = (
        fees.annotate(month=TruncMonth("posted_at")).values("month").annotate(sum=Sum("amount")).order_by("month")
    )
    return [
        DepartureLine(
            departure_id=departure.pk,
            outcome=Outcome.KEPT,
            table="payments_ledgerentry",
            amount=row["sum"],
            month=copenhagen_day(row["month"]),
            law=BOOKKEEPING,
            until=date(copenhagen_day(row["month"]).year + YEARS, 12, 31),
        )
        for row in by_month
        if row["sum"]
    ]


def _remove_files(departure: Departure, pictures: list[str], conversations: set[UUID]) -> None:
    remove(departure)
    for key in conversations:
        forget_key(key)
    for picture in pictures:
        forget_picture(str(picture))


def _loaded(value: Any) -> dict[str, int]:
    return dict(value if isinstance(value, dict) else json.loads(value))
