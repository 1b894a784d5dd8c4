"""The association's front page in the office: what needs somebody, how its events sell, what was ordered last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from conbillet.catalogue.models import MEMBERSHIPS_ONLY, Event, Quota
from conbillet.core.clock import copenhagen_day
from conbillet.organizations.access import Standing
from conbillet.organizations.accounting import AccountingYear, accounting_year_of
from conbillet.organizations.permissions import Permission, allowed
from conbillet.payments.models import LedgerAccount
from conbillet.sales.figures import Awaiting, EventSales, awaiting_payment, booked_by_account, sold_by_event
from conbillet.sales.models import Order

from .attention import Attention, attention
from .badges import Badge, order_badge

MOST_EVENTS = 8
NEWEST_ORDERS = 6
RECENTLY = timedelta(days=60)


@dataclass(frozen=True)
class EventCard:
    """`sales` is None for a past event: its figures are one click away, and need not be added up here."""

    event: Event
    quota: Quota | None
    sales: EventSales | None
    days_left: int


@dataclass(frozen=True)
class YearMoney:
    """What was booked in the accounting year so far, in øre, less what was given back. `turnover` is all of it."""

    year: AccountingYear
    turnover: int
    dues: int
    donations: int


@dataclass(frozen=True)
class Overview:
    money: YearMoney | None
    coming: Sequence[EventCard]
    past: Sequence[Event]
    awaiting: Sequence[Awaiting]
    awaiting_orders: int
    awaiting_amount: int
    newest: Sequence[tuple[Order, Badge]]
    attention: Sequence[Attention]


def association_overview(*, standing: Standing, now: datetime) -> Overview:
    """Reads the overview; a constant number of queries."""
    organization, today = standing.organization, copenhagen_day(now)
    events = Event.objects.filter(organization=organization).exclude(kind=MEMBERSHIPS_ONLY)
    coming = list(
        events.filter(ends_on__gte=today - RECENTLY)
        .exclude(state=Event.State.CANCELLED, starts_on__lt=today)
        .order_by("starts_on", "pk")
        .prefetch_related("quotas")[:MOST_EVENTS]
    )
    sales = sold_by_event(event_ids=[event.pk for event in coming])
    awaiting = awaiting_payment(organization_id=organization.pk)
    newest = Order.objects.filter(organization=organization).select_related("event").order_by("-placed_at", "-pk")
    return Overview(
        money=_money(standing, now),
        coming=[
            EventCard(
                event, max(event.quotas.all(), key=lambda quota: quota.size, default=None),
                sales.get(event.pk, EventSales(0, 0, 0)), (event.starts_on - today).days,
            )
            for event in coming
        ],
        past=list(events.filter(ends_on__lt=today - RECENTLY).order_by("-starts_on")[:MOST_EVENTS]),
        awaiting=awaiting,
        awaiting_orders=sum(row.orders for row in awaiting),
        awaiting_amount=sum(row.amount for row in awaiting),
        newest=[(order, order_badge(order)) for order in newest[:NEWEST_ORDERS]],
        attention=attention(standing=standing, event=None, now=now),
    )  # fmt: skip


def _money(standing: Standing, now: datetime) -> YearMoney | None:
    if not allowed(standing.actor.role, Permission.SEE_MONEY):
        return None
    year = accounting_year_of(organization=standing.organization, day=copenhagen_day(now))
    booked = booked_by_account(organization_id=standing.organization.pk, first=year.first, last=year.last)
    income = (LedgerAccount.SALES, LedgerAccount.DUES, LedgerAccount.DONATIONS, LedgerAccount.VAT, LedgerAccount.PLATFORM_FEE)
    return YearMoney(
        year,
        turnover=-sum(booked.get(account, 0) for account in income),
        dues=-booked.get(LedgerAccount.DUES, 0),
        donations=-booked.get(LedgerAccount.DONATIONS, 0),
    )
