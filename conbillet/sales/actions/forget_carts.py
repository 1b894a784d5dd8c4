"""Carts that nobody came back to are forgotten after a day (retention rule `cart`)."""

from datetime import datetime, timedelta

from django.db import transaction

from ..models import Cart, CartLine, HeldUnits, Hold
from ..stock import release_expired

KEPT_FOR = timedelta(hours=24)


@transaction.atomic
def forget_carts(*, now: datetime, limit: int = 5000) -> int:
    """Delete carts that were not ordered and not changed for a day, with what hangs on them; returns how many."""
    release_expired(now=now)
    stale = Cart.objects.select_for_update(skip_locked=True).filter(
        ordered_at__isnull=True, changed_at__lt=now - KEPT_FOR
    )
    carts = list(stale.exclude(holds__ended_at__isnull=True, holds__isnull=False).values_list("pk", flat=True)[:limit])
    HeldUnits.objects.filter(hold__cart__in=carts).delete()
    Hold.objects.filter(cart__in=carts).delete()
    CartLine.objects.filter(cart__in=carts).delete()
    Cart.objects.filter(pk__in=carts).delete()
    return len(carts)
