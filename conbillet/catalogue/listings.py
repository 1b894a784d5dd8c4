"""The front page and the association's page: lists of events, filtered and in Danish order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import CharField, F, Func, Q, QuerySet

from conbillet.organizations.models import Organization

from .models import ADMITTING_KINDS, MEMBERSHIPS_ONLY, Event

PAGE_SIZE = 12
PAST_SHOWN = 6
LONGEST_SEARCH = 80


@dataclass(frozen=True)
class FrontPage:
    """`months` and `places` are those that the coming events have, for the filters."""

    upcoming: "Page[Event]"
    past: Sequence[Event]
    months: Sequence[date]
    places: Sequence[str]
    search: str
    month: date | None
    place: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.month or self.place)


@dataclass(frozen=True)
class OrganizationPage:
    organization: Organization
    upcoming: Sequence[Event]
    past: Sequence[Event]
    memberships: Event | None = None  # where they are sold without an event


def front_page(*, search: str = "", month: str = "", place: str = "", page: int | str = 1, today: date) -> FrontPage:
    """The coming events by date. `month` is `2026-04`; what makes no sense is left out, so an old link still works."""
    search = " ".join(search.replace("\x00", " ").split())[:LONGEST_SEARCH]
    place = place.replace("\x00", "")[:LONGEST_SEARCH]
    chosen = _month(month)
    coming = _public().filter(ends_on__gte=today)
    facets = list(coming.order_by().values_list("starts_on", "ends_on", "city").distinct())
    found = coming
    for word in search.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(tagline_da__icontains=word)
            | Q(tagline_en__icontains=word)
            | Q(organization__name__icontains=word)
            | Q(venue__icontains=word)
            | Q(city__icontains=word)
        )
    if chosen:
        found = found.filter(starts_on__lt=_next_month(chosen), ends_on__gte=chosen)
    if place:
        found = found.filter(city=place)
    pages = Paginator(found.order_by("starts_on", _danish("name"), "id"), PAGE_SIZE)
    upcoming = pages.get_page(page)
    filtered = bool(search or chosen or place)
    past: list[Event] = []
    if not filtered and upcoming.number == 1:
        past = list(_public().filter(ends_on__lt=today).order_by("-ends_on", "id")[:PAST_SHOWN])
    _cards([*upcoming, *past])
    return FrontPage(upcoming, past, _months(facets, today), _places(facets), search, chosen, place)


def organization_page(*, slug: str, today: date) -> OrganizationPage | None:
    """An association's own page with its public events, or None when there is no such association."""
    organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        return None
    found = list(_open().filter(organization=organization).order_by("starts_on", "id"))
    for event in found:
        event.organization = organization
    sales = [event for event in found if event.sells_memberships_only and event.state == Event.State.LIVE]
    events = _cards(event for event in found if not event.sells_memberships_only)
    past = [event for event in reversed(events) if event.ends_on < today]
    return OrganizationPage(organization, [event for event in events if event.ends_on >= today], past, next((one for one in sales if one.ends_on >= today), None))  # fmt: skip


def _public() -> "QuerySet[Event]":
    return _open().exclude(kind=MEMBERSHIPS_ONLY)


def _open() -> "QuerySet[Event]":
    return Event.objects.exclude(state=Event.State.DRAFT).select_related("organization")


_TICKETS = """
SELECT p.event_id, min(pr.amount) FILTER (WHERE pr.amount > 0), bool_or(NOT EXISTS (
    SELECT 1 FROM catalogue_productquota l JOIN catalogue_quota q ON q.id = l.quota_id
    WHERE l.product_id = p.id AND l.variant_id IS NULL AND q.sold >= q.size))
FROM catalogue_product p
LEFT JOIN catalogue_price pr ON pr.product_id = p.id AND pr.audience = 'ordinary'
WHERE p.event_id = ANY(%s) AND p.is_offered AND p.kind = ANY(%s)
GROUP BY p.event_id
"""


def _cards(events: Iterable[Event]) -> list[Event]:
    """With what a card shows: `from_amount` (the cheapest ticket that costs something, øre), `sells_tickets` and
    `has_tickets_left`. One more query for all of them.
    """
    found: list[Any] = list(events)
    with connection.cursor() as cursor:
        cursor.execute(_TICKETS, [[event.pk for event in found], [str(kind) for kind in ADMITTING_KINDS]])
        tickets = {event: (amount, left) for event, amount, left in cursor.fetchall()}
    for event in found:
        event.sells_tickets = event.pk in tickets
        event.from_amount, event.has_tickets_left = tickets.get(event.pk, (None, False))
    return found


def _danish(field: str) -> Func:
    return Func(F(field), function="conbillet_sort_key", output_field=CharField())


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _months(facets: list[tuple[date, date, str]], today: date) -> list[date]:
    found: set[date] = set()
    for starts, ends, _city in facets:
        month = max(starts, today).replace(day=1)
        while month <= ends and len(found) < 120:
            found.add(month)
            month = _next_month(month)
    return sorted(found)


def _places(facets: list[tuple[date, date, str]]) -> list[str]:
    return sorted({city for _starts, _ends, city in facets if city}, key=danish_key)


_LETTERS = {"aa": "~3", "å": "~3", "æ": "~1", "ä": "~1", "ø": "~2", "ö": "~2"}


def danish_key(text: str) -> str:
    """The same order as the database's `conbillet_sort_key`, for short lists in memory: æ, ø, å (and aa) follow z."""
    text = text.lower()
    for letters, key in _LETTERS.items():
        text = text.replace(letters, key)
    return text
