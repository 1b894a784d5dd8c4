"""Puts the figures of the dashboards together. A constant number of queries, none of which grows with the sale."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conbillet.catalogue.models import ADMITTING_KINDS, Event, Product, ProductKind, Quota
from conbillet.core.clock import copenhagen_day
from conbillet.core.formats import format_day
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission, allowed
from conbillet.payments.queries import Totals
from conbillet.sales.figures import Awaiting, Sold, awaiting_payment, event_money, sold_by_day
from conbillet.tickets.queries import people_inside
from conbillet.web.sales_curve import Chart, sales_curve, sold_until

from .attention import Attention, attention

DAYS_OF_BARS = 30


@dataclass(frozen=True)
class ProductRow:
    product: Product
    units: int
    amount: int


@dataclass(frozen=True)
class EventFigures:
    """One event's dashboard. `money` is None for a role that does not see money; `inside` before the event begins."""

    event: Event
    days_left: int
    tickets: int
    tickets_then: int | None
    previous: Event | None
    quotas: Sequence[Quota]
    products: Sequence[ProductRow]
    money: Totals | None
    dues: int
    awaiting: Sequence[Awaiting]
    awaiting_orders: int
    awaiting_amount: int
    inside: int | None
    curve: Chart
    bars: Chart
    attention: Sequence[Attention]


def event_figures(*, standing: Standing, event: Event, now: datetime) -> EventFigures:
    today, sees_money = copenhagen_day(now), allowed(standing.actor.role, Permission.SEE_MONEY)
    previous = Event.objects.filter(organization=standing.organization, starts_on__lt=event.starts_on).exclude(
        state__in=[Event.State.DRAFT, Event.State.CANCELLED]
    )
    before = previous.order_by("-starts_on").first()
    quotas = list(event.quotas.order_by("pk"))
    rows = sold_by_day(event_ids=[event.pk, *([before.pk] if before else [])])
    mine = [row for row in rows if row.event_id == event.pk]
    theirs = [row for row in rows if row.event_id != event.pk]
    days_left = (event.starts_on - today).days
    then = sold_until(theirs, before.starts_on - timedelta(days=days_left)) if before and days_left >= 0 else None
    awaiting = awaiting_payment(organization_id=standing.organization.pk, event_id=event.pk)
    begun = today >= event.starts_on
    return EventFigures(
        event=event,
        days_left=days_left,
        tickets=sold_until(mine, today),
        tickets_then=then,
        previous=before,
        quotas=quotas,
        products=_products(event, mine),
        money=event_money(event=event) if sees_money else None,
        dues=sum(row.amount for row in mine if row.kind == ProductKind.MEMBERSHIP),
        awaiting=awaiting,
        awaiting_orders=sum(row.orders for row in awaiting),
        awaiting_amount=sum(row.amount for row in awaiting),
        inside=people_inside(event=event) if begun else None,
        curve=sales_curve(event, mine, before, theirs, today),
        bars=_bars(event, mine, today, sees_money),
        attention=attention(standing=standing, event=event, now=now),
    )


def _products(event: Event, rows: Sequence[Sold]) -> list[ProductRow]:
    """Every product of the event, in its order on the event page, also those that nobody has bought."""
    units: Counter[int | None] = Counter()
    amounts: Counter[int | None] = Counter()
    for row in rows:
        units[row.product_id] += row.units
        amounts[row.product_id] += row.amount
    return [ProductRow(product, units[product.pk], amounts[product.pk]) for product in event.products.order_by("position", "pk")]


def _bars(event: Event, rows: Sequence[Sold], today: date, sees_money: bool) -> Chart:
    """The last thirty days, or those up to the event's end once it is over."""
    last = min(today, event.ends_on)
    days = [last - timedelta(days=back) for back in range(DAYS_OF_BARS - 1, -1, -1)]
    found: defaultdict[date, int] = defaultdict(int)
    for row in rows:
        if sees_money:
            found[row.day] += row.amount
        elif row.kind in ADMITTING_KINDS:
            found[row.day] += row.units
    labels = [format_day(day, get_language(), "short").rsplit(".", 1)[0] if get_language() != "en" else f"{day.day}/{day.month}" for day in days]
    title = _("Sales by day") if sees_money else _("Tickets by day")
    # More may go back on a day than was sold; bars have no negative side, and the table says the same as the bars.
    return Chart(title, labels, [(title, [max(found[day], 0) for day in days])], "money" if sees_money else "")
