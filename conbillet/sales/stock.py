"""Stock: three counters a quota (`size`, `held`, `sold`), changed by conditional updates in the order of quota ids.

A claim costs the same however much has been sold. Expired holds are released inside the claim that needs their places,
so a stopped worker never blocks a sale. Rows are always locked hold first, then order, then quotas by id.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Quota
from conbillet.core import audit, rows
from conbillet.core.actor import SYSTEM
from conbillet.core.facts import announce
from conbillet.core.prepared import fetch, run

from .models import HeldUnits, Hold, Order


class SoldOut(Exception):
    """A quota has too few places left. `quota_id` says which; nothing was taken."""

    message = _("There are not enough left.")

    def __init__(self, quota_id: int) -> None:
        super().__init__(f"quota {quota_id}")
        self.quota_id = quota_id


_TAKE = "UPDATE catalogue_quota SET held = held + %s WHERE id = %s AND held + %s + sold <= size"


def claim(*, wanted: Mapping[int, int], now: datetime, own: Hold | None = None) -> None:
    """Take `wanted` (quota id → units) into `held`, all or nothing. Raises SoldOut.

    `own` is the hold that the places are for. Whoever comes back late works on an expired one, which is locked by themselves:
    its places are counted upon, so they must not be given away to its own claim.
    """
    wanted = {quota: units for quota, units in wanted.items() if units > 0}
    if not wanted:
        return
    locked = _take(wanted)
    if locked is None:
        return
    # Only now look for places that expired holds still keep. Net changes are applied in one pass by quota id: taking
    # and giving back in separate passes could lock two quotas in both orders, and deadlock.
    with transaction.atomic():
        freed = _end_expired(list(wanted), now, own, locked)
        _apply({quota: wanted.get(quota, 0) - freed.get(quota, 0) for quota in {*wanted, *freed}})


def claiming(*, quota: int, units: int) -> tuple[str, list[object]]:
    """A claim on one quota as the condition of a `gathered()` block: the places are taken and the block is written, or neither.

    It does not look for the places of expired holds.
    """
    return f"{_TAKE} RETURNING id", [units, quota, units]


def _take(wanted: Mapping[int, int]) -> set[int] | None:
    """The quick way, without a savepoint: take one after the other; when one is short, give back what was taken.

    None when all were taken; else the quotas that are locked by us from now on, although nothing is taken from them.
    """
    taken: dict[int, int] = {}
    try:
        for quota in sorted(wanted):
            _apply({quota: wanted[quota]})
            taken[quota] = wanted[quota]
    except SoldOut:
        release(units=taken)
        return set(taken)
    return None


def _apply(changes: Mapping[int, int]) -> None:
    for quota in sorted(changes):
        if run(_TAKE, [changes[quota], quota, changes[quota]]) == 0:
            raise SoldOut(quota)


def release(*, units: Mapping[int, int]) -> None:
    """Give held places back (quota id → units)."""
    _apply({quota: -count for quota, count in units.items()})


_SELL = """
    WITH kept AS (
        SELECT q.id, u.quantity FROM sales_heldunits u JOIN catalogue_quota q ON q.id = u.quota_id
        WHERE u.hold_id = %s ORDER BY q.id FOR UPDATE OF q
    )
    UPDATE catalogue_quota q SET held = q.held - kept.quantity, sold = q.sold + kept.quantity
    FROM kept WHERE q.id = kept.id
"""


def sell(*, hold: Hold) -> None:
    """Turn the places that a hold keeps into sold ones."""
    run(_SELL, [hold.pk])


def unsell(*, units: Mapping[int, int]) -> None:
    """Give sold places back, after a refund."""
    for quota in sorted(units):
        run("UPDATE catalogue_quota SET sold = sold - %s WHERE id = %s", [units[quota], quota])


def units_of(hold: Hold) -> dict[int, int]:
    """What a hold keeps (quota id → units)."""
    return dict(fetch("SELECT quota_id, quantity FROM sales_heldunits WHERE hold_id = %s", [hold.pk]))


def end_hold(*, hold: Hold, outcome: str, now: datetime) -> None:
    """End a locked, live hold as sold or released, and move its places."""
    if outcome == Hold.Outcome.SOLD:
        sell(hold=hold)
    else:
        release(units=units_of(hold))
    note_end(hold=hold, outcome=outcome, now=now)


def note_end(*, hold: Hold, outcome: str, now: datetime) -> None:
    """Write down that a hold has ended, without moving any place."""
    hold.ended_at, hold.outcome = now, outcome
    rows.execute("UPDATE sales_hold SET ended_at = %s, outcome = %s WHERE id = %s", [now, outcome, hold.pk])


def release_expired(*, now: datetime, limit: int = 500) -> int:
    """House-keeping: end expired holds wherever they are, so that counters on pages are true. Returns how many."""
    with transaction.atomic():
        holds = _lock_expired(
            Hold.objects.filter(ended_at__isnull=True, expires_at__lt=now).order_by("expires_at"), limit
        )
        freed = _end(holds, now)
        release(units=freed)
        return len(holds)


def _end_expired(quotas: list[int], now: datetime, own: Hold | None, locked: set[int]) -> Counter[int]:
    expired = Hold.objects.filter(ended_at__isnull=True, expires_at__lt=now, units__quota__in=quotas)
    if own is not None:
        expired = expired.exclude(pk=own.pk)
    # Asked again of the row that is locked: somebody may have ended it since the list was made, and given its places back.
    still_live = Hold.objects.filter(pk__in=expired.values("pk"), ended_at__isnull=True)
    return _end(_within_reach(_lock_expired(still_live, 500), locked), now)


def _within_reach(holds: list[Hold], locked: set[int]) -> list[Hold]:
    """Those whose places can be given back without waiting out of order.

    A quota that comes before one that we have locked is locked at once or not at all: whoever has it may be waiting for ours.
    """
    kept = HeldUnits.objects.filter(hold__in=holds).values_list("hold_id", "quota_id") if holds and locked else ()
    before = {quota for _hold, quota in kept if quota < max(locked)} - locked
    if not before:
        return holds
    free = Quota.objects.filter(pk__in=before).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    busy = before - set(free.values_list("pk", flat=True))
    left = {hold for hold, quota in kept if quota in busy}
    return [hold for hold in holds if hold.pk not in left]


def _lock_expired(holds: object, limit: int) -> list[Hold]:
    # Holds that somebody works on at this moment (pays for, extends) are left to them.
    return list(holds.select_for_update(skip_locked=True, of=("self",))[:limit])  # type: ignore[attr-defined]


def _end(holds: list[Hold], now: datetime) -> Counter[int]:
    """Mark locked holds as released and their unpaid orders as expired; the caller moves the counters."""
    freed: Counter[int] = Counter()
    if not holds:
        return freed
    for quota, quantity in HeldUnits.objects.filter(hold__in=holds).values_list("quota_id", "quantity"):
        freed[quota] += quantity
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(ended_at=now, outcome=Hold.Outcome.RELEASED)
    unpaid = Order.objects.filter(
        pk__in=[hold.order_id for hold in holds if hold.order_id], state=Order.State.AWAITING_PAYMENT
    )
    for order in unpaid.select_for_update():
        order.state, order.ended_at = Order.State.EXPIRED, now
        order.save(update_fields=["state", "ended_at"])
        audit.record(
            action="order_expired",
            actor=SYSTEM,
            now=now,
            organization_id=order.organization_id,
            object_kind="order",
            object_reference=order.reference,
        )
        announce("order_expired", order=order.pk)
    return freed
