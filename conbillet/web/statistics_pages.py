"""Statistics without individuals as charts and tables, for the office and for the public page.

Everything about people comes from `statistics/queries.py`. Tickets sold are sales, and exact.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conbillet.catalogue.models import ADMITTING_KINDS, MEMBERSHIPS_ONLY, Event, Product, Quota
from conbillet.core.postcodes import municipality_name
from conbillet.organizations.models import Organization
from conbillet.sales.figures import Sold, sold_by_day, sold_by_event
from conbillet.statistics.queries import Statistics, event_statistics, member_statistics
from conbillet.statistics.safety import LEAST_OFFICE, LEAST_PUBLIC
from conbillet.statistics.tables import ABROAD, BANDS, GENDERS, TIMES

from .charts import bar_chart, plain_number
from .funnel import FunnelRow
from .sales_curve import Chart, sales_curve, sold_until
from .templatetags.texts import text

MOST_PLACES, MOST_EVENTS, MOST_SERIES = 12, 8, 3
NOTHING = Statistics()


@dataclass(frozen=True)
class EventPage:
    """One event. Charts are empty texts, and rows empty, where too few people are there."""

    event: Event
    tickets: int
    places_left: Quota | None  # how full it is; none where nothing limits it
    curve: Chart
    ages: SafeString | str
    places: Sequence[FunnelRow]
    times: Sequence[FunnelRow]
    products: Sequence[FunnelRow]
    taken_on: date | None
    least: int


@dataclass(frozen=True)
class YearsPage:
    """An association's events side by side, and its members by year."""

    events: Sequence[tuple[Event, int]]  # with tickets sold, the newest first
    tickets: SafeString | str
    genders: SafeString | str
    ages: SafeString | str
    places: Sequence[tuple[str, Sequence[str]]]
    places_of: Sequence[str]
    members: SafeString | str
    least: int

    @property
    def is_empty(self) -> bool:
        return not (self.genders or self.ages or self.places or self.members)


def event_page(*, event: Event, today: date, public: bool) -> EventPage:
    """A constant number of queries, none of which grows with the sale."""
    past = Event.objects.filter(organization=event.organization_id, starts_on__lt=event.starts_on).exclude(kind=MEMBERSHIPS_ONLY)
    before = past.exclude(state__in=[Event.State.DRAFT, Event.State.CANCELLED]).order_by("-starts_on").first()
    rows = sold_by_day(event_ids=[event.pk, *([before.pk] if before else [])])
    mine, theirs = _of(rows, event), _of(rows, before)
    admitting = Quota.objects.filter(product_quotas__product__event=event, product_quotas__product__kind__in=ADMITTING_KINDS)
    found = event_statistics(organization_id=event.organization_id, public=public).get(event.pk, NOTHING)
    products = {one.pk: one for one in Product.objects.filter(event=event).order_by("position", "pk")}
    return EventPage(
        event=event,
        tickets=sold_until(mine, today),
        places_left=admitting.order_by("-size").first(),
        curve=sales_curve(event, mine, before, theirs, today),
        ages=_age_chart(found, least_of(public)),
        places=_ranked({_place(code): number for code, number in found.places.items()}),
        times=[FunnelRow(words, found.times.get(cell)) for cell, words in TIMES.items()] if found.times else [],
        products=[FunnelRow(text(one, "name"), found.products[pk]) for pk, one in products.items() if found.products.get(pk)],
        taken_on=found.taken_on,
        least=least_of(public),
    )


def years_page(*, organization: Organization, public: bool) -> YearsPage:
    """A constant number of queries."""
    shown = [Event.State.LIVE, Event.State.CLOSED]
    past = Event.objects.filter(organization=organization, state__in=shown).exclude(kind=MEMBERSHIPS_ONLY).order_by("-starts_on", "-pk")
    sold = sold_by_event(event_ids=list(past.values_list("pk", flat=True)[:MOST_EVENTS]))
    events = [event for event in past[:MOST_EVENTS] if event.pk in sold and sold[event.pk].tickets]
    by_event = event_statistics(organization_id=organization.pk, public=public)
    known = [(event, by_event[event.pk]) for event in reversed(events) if event.pk in by_event]
    names = _short_names([event for event, _found in known])
    least = least_of(public)
    places, places_of = _places([found for _event, found in known][-MOST_SERIES:], names[-MOST_SERIES:])
    return YearsPage(
        events=[(event, sold[event.pk].tickets) for event in events],
        tickets=_tickets_chart(events, sold={event.pk: sold[event.pk].tickets for event in events}),
        genders=_gender_chart(_("Gender, event by event"), names, [_genders(found) for _event, found in known], least),
        ages=_ages_beside(known, names, least),
        places=places,
        places_of=places_of,
        members=_members_chart(member_statistics(organization_id=organization.pk, public=public), least),
        least=least,
    )


def least_of(public: bool) -> int:
    return LEAST_PUBLIC if public else LEAST_OFFICE


def _of(rows: Sequence[Sold], event: Event | None) -> list[Sold]:
    return [row for row in rows if event is not None and row.event_id == event.pk]


def _people_chart(title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], least: int) -> SafeString | str:
    """Bars of people; nothing where all are hidden. What is hidden is said so in the table, and is not a zero."""
    series = [(name, values) for name, values in series if any(values)]
    if not series:
        return ""
    few = _("under %(least)s") % {"least": least}

    def people(value: float) -> str:
        return plain_number(value) if value else few

    return bar_chart(title=title, labels=labels, series=series, form=people, axis=plain_number)


def _age_chart(found: Statistics, least: int) -> SafeString | str:
    series = [(str(gender.label), [found.ages.get(band, {}).get(gender, 0) for band in BANDS]) for gender in GENDERS]
    return _people_chart(_("Age and gender"), list(BANDS), series, least)


def _genders(found: Statistics) -> Counter[str]:
    """Sums of what is shown, and so of nothing that is hidden."""
    sums: Counter[str] = Counter()
    for shown in found.ages.values():
        sums.update(shown)
    return sums


def _gender_chart(title: str, labels: Sequence[str], sums: Sequence[Mapping[str, int]], least: int) -> SafeString | str:
    series = [(str(gender.label), [one.get(gender, 0) for one in sums]) for gender in GENDERS]
    return _people_chart(title, labels, series, least)


def _ages_beside(known: Sequence[tuple[Event, Statistics]], names: Sequence[str], least: int) -> SafeString | str:
    newest = list(zip(names, known, strict=True))[-MOST_SERIES:]
    series = [(name, [sum(found.ages.get(band, {}).values()) for band in BANDS]) for name, (_event, found) in newest]
    return _people_chart(_("Age, event by event"), list(BANDS), series, least)


def _members_chart(years: Mapping[int, Statistics], least: int) -> SafeString | str:
    sums = [_genders(years[year]) for year in sorted(years)]
    return _gender_chart(_("Members, year by year"), [str(year) for year in sorted(years)], sums, least)


def _tickets_chart(events: Sequence[Event], sold: Mapping[int, int]) -> SafeString | str:
    if len(events) < 2:
        return ""
    oldest_first = list(reversed(events))
    series = [(_("Tickets"), [sold[event.pk] for event in oldest_first])]
    return bar_chart(title=_("Tickets sold, event by event"), labels=_short_names(oldest_first), series=series)


def _short_names(events: Sequence[Event]) -> list[str]:
    """Years, where each event has its own; else names."""
    years = [str(event.starts_on.year) for event in events]
    return years if len(set(years)) == len(years) else [event.name for event in events]


def _place(code: str) -> str:
    return _("Abroad") if code == ABROAD else municipality_name(code) or code


def _ranked(numbers: Mapping[str, int]) -> list[FunnelRow]:
    """The largest first; those of the same size in the order of their names."""
    ranked = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return [FunnelRow(name, number) for name, number in ranked[:MOST_PLACES]]


def _places(found: Sequence[Statistics], names: Sequence[str]) -> tuple[list[tuple[str, Sequence[str]]], Sequence[str]]:
    """Municipalities by event, the largest of the newest event first."""
    if not any(one.places for one in found):
        return [], []
    codes = {code for one in found for code in one.places}
    order = sorted(codes, key=lambda code: ([-one.places.get(code, 0) for one in reversed(found)], _place(code)))
    rows: list[tuple[str, Sequence[str]]] = [(_place(code), [plain_number(one.places[code]) if code in one.places else "" for one in found]) for code in order]
    return rows[:MOST_PLACES], names
