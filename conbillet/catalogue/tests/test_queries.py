"""The reads of the pages: one query for the event page, the same number for one row and for three."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conbillet.catalogue.actions.update_event import update_event
from conbillet.catalogue.availability import Availability, Level, Stock, stock_availability
from conbillet.catalogue.listings import danish_key, front_page, organization_page
from conbillet.catalogue.models import Event, Product, Quota
from conbillet.catalogue.queries import EventNotFound, event_page, office_event, office_events
from conbillet.catalogue.rules import SaleState
from tests.cast import make_event, make_organization, make_product, make_quota

TODAY = date(2026, 3, 1)


def queries(work) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()
    return len(captured)


def page(world, now, **options):
    return event_page(organization_slug=world.organization.slug, event_slug=world.event.slug, now=now, **options)


def on_page(found, product):
    return next(one for one in found.products if one.product.pk == product.pk)


def test_the_event_page_costs_one_query_once_its_version_is_known(world, now):
    page(world, now)
    assert queries(lambda: page(world, now)) == 1
    for number in range(3):
        make_product(world.event, "meal", f"Dinner {number}", 5000, quotas=[world.people])
    Event.objects.filter(pk=world.event.pk).update(version=2)
    assert len(page(world, now).products) == 10
    assert queries(lambda: page(world, now)) == 1


def test_prices_stand_beside_each_other_and_what_was_withdrawn_is_gone(world, now):
    Product.objects.filter(pk=world.day.pk).update(is_offered=False)
    found = page(world, now)
    adult = on_page(found, world.adult)
    assert (adult.amount, adult.member_amount) == (40000, 27500)
    assert on_page(found, world.child).member_amount is None
    assert world.day.pk not in {one.product.pk for one in found.products}
    assert on_page(found, world.membership).most == 4


@pytest.mark.parametrize(
    ("size", "held", "sold", "expected"),
    [
        (100, 0, 0, Availability(Level.MANY)),
        (11, 0, 0, Availability(Level.MANY)),
        (10, 0, 0, Availability(Level.FEW, 10)),
        (10, 4, 5, Availability(Level.FEW, 1)),
        (10, 4, 6, Availability(Level.HELD)),
        (10, 0, 10, Availability(Level.SOLD_OUT)),
        (0, 0, 0, Availability(Level.SOLD_OUT)),
    ],
)
def test_availability_says_the_number_only_when_few_are_left(size, held, sold, expected):
    assert stock_availability([Stock(1000, 0, 0), Stock(size, held, sold)]) == expected


def test_without_a_quota_there_is_no_end_to_it():
    assert stock_availability([]) == Availability(Level.MANY)


def test_counters_and_clock_are_read_anew_each_time(world, now):
    assert on_page(page(world, now), world.bed).availability == Availability(Level.FEW, 2)
    before = page(world, now).key
    Quota.objects.filter(pk=world.beds.pk).update(sold=2)
    assert on_page(page(world, now), world.bed).availability.level is Level.SOLD_OUT
    assert page(world, now).key != before
    later = page(world, now + timedelta(days=30))
    assert later.state is SaleState.ENDED
    assert {one.availability.level for one in later.products} == {Level.ENDED}


def test_sizes_have_stock_of_their_own(world, now):
    Quota.objects.filter(product_quotas__variant=world.sizes["L"]).update(sold=1)
    shirt = on_page(page(world, now), world.shirt)
    assert [(size.variant.name, size.availability.level) for size in shirt.variants] == [
        ("M", Level.FEW),
        ("L", Level.SOLD_OUT),
    ]
    assert shirt.availability == Availability(Level.FEW, 3)


def test_a_change_of_the_event_or_of_the_association_is_seen_at_once(world, now):
    page(world, now)
    update_event(event=world.event, values={"name": "Fastaval 26"}, actor=world.actor(world.owner), now=now)
    assert page(world, now).event.name == "Fastaval 26"
    key = page(world, now).key
    world.organization.name = "ALEA forening"
    world.organization.save()
    assert page(world, now).organization.name == "ALEA forening"
    assert page(world, now).key != key


def test_what_is_not_public_is_not_found_and_cheap(world, now):
    Event.objects.filter(pk=world.event.pk).update(state=Event.State.DRAFT)
    for organization, event in (
        ("alea", "fastaval"),
        ("alea", "nothing"),
        ("nobody", "fastaval"),
        ("hyggecon", "fastaval"),
    ):
        with CaptureQueriesContext(connection) as captured, pytest.raises(EventNotFound):
            event_page(organization_slug=organization, event_slug=event, now=now)
        assert len(captured) == 1
    preview = page(world, now, drafts=True)
    assert preview.state is SaleState.ON_SALE


def test_two_associations_may_have_an_event_at_the_same_address(world, now):
    twin = make_event(world.other, world.event.slug, name="Hyggecon")
    make_product(twin, "ticket", "Ticket", 10000, quotas=[make_quota(twin, "House", 5)])
    assert page(world, now).event.name == "Fastaval 2026"
    other = event_page(organization_slug="hyggecon", event_slug=world.event.slug, now=now)
    assert (other.event.name, other.organization.pk, len(other.products)) == ("Hyggecon", world.other.pk, 1)


# --- Lists --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(world):
    """Coming: Fastaval in Hobro (April), one in Aarhus and one in Ærøskøbing (May). Past: one."""
    may = {"starts_on": date(2026, 5, 30), "ends_on": date(2026, 6, 1), "venue": ""}
    make_event(world.other, "a", name="Ægcon", city="Ærøskøbing", **may)
    make_event(world.other, "b", name="Zebracon", city="Aarhus", tagline_da="100 % brætspil", **may)
    make_event(world.other, "past", name="Lastcon", starts_on=date(2025, 4, 1), ends_on=date(2025, 4, 2))
    make_event(world.other, "draft", name="Secretcon", state=Event.State.DRAFT, **may)
    return world


def names(events):
    return [event.name for event in events]


def test_the_front_page_lists_what_is_coming_in_danish_order(many):
    found = front_page(today=TODAY)
    assert names(found.upcoming) == ["Fastaval 2026", "Zebracon", "Ægcon"]
    assert names(found.past) == ["Lastcon"]
    assert found.places == ["Hobro", "Ærøskøbing", "Aarhus"]  # å, also written aa, comes last
    assert found.months == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"search": "zebra"}, ["Zebracon"]),
        ({"search": "hyggecon  ÆG"}, ["Ægcon"]),
        ({"search": "100 %"}, ["Zebracon"]),
        ({"search": "%"}, ["Zebracon"]),
        ({"search": "_"}, []),
        ({"search": "hobro\x00"}, ["Fastaval 2026"]),
        ({"search": "x" * 5000}, []),
        ({"month": "2026-06"}, ["Zebracon", "Ægcon"]),
        ({"month": "2026-04"}, ["Fastaval 2026"]),
        ({"month": "2026-13"}, ["Fastaval 2026", "Zebracon", "Ægcon"]),
        ({"month": "never"}, ["Fastaval 2026", "Zebracon", "Ægcon"]),
        ({"place": "Aarhus"}, ["Zebracon"]),
        ({"place": "' OR 1=1 --"}, []),
        ({"page": "99"}, ["Fastaval 2026", "Zebracon", "Ægcon"]),
        ({"page": "-1"}, ["Fastaval 2026", "Zebracon", "Ægcon"]),
    ],
)
def test_the_front_page_filters_and_bears_nonsense(many, filters, expected):
    assert names(front_page(today=TODAY, **filters).upcoming) == expected


def test_cards_know_the_cheapest_ticket_and_whether_any_is_left(world):
    card = front_page(today=TODAY).upcoming[0]
    assert (card.from_amount, card.sells_tickets, card.has_tickets_left) == (14000, True, True)
    Quota.objects.filter(pk=world.people.pk).update(sold=10)
    assert front_page(today=TODAY).upcoming[0].has_tickets_left is False


def test_lists_cost_the_same_for_one_event_and_for_many(world):
    lists = {
        "front page": lambda: list(front_page(today=TODAY).upcoming),
        "association": lambda: organization_page(slug="alea", today=TODAY),
        "office": lambda: [list(event.quotas.all()) for event in office_events(organization=world.organization)],
    }
    before = {name: queries(work) for name, work in lists.items()}
    for number in range(3):
        make_quota(make_event(world.organization, f"more-{number}"), "House", 10)
    assert {name: queries(work) for name, work in lists.items()} == before


def test_the_office_sees_an_events_largest_quota_first(world):
    """Whichever was written last: what the database gives first without being asked is nobody's choice."""
    world.people.save()
    make_quota(world.event, "House", 5000)
    world.beds.save()
    [event] = [one for one in office_events(organization=world.organization) if one.pk == world.event.pk]
    sizes = [quota.size for quota in event.quotas.all()]
    assert sizes[0] == 5000 and sizes == sorted(sizes, reverse=True)


def test_an_associations_page_shows_its_own_events_only(many):
    found = organization_page(slug="hyggecon", today=TODAY)
    assert (names(found.upcoming), names(found.past)) == (["Ægcon", "Zebracon"], ["Lastcon"])
    assert organization_page(slug="nobody", today=TODAY) is None


def test_the_office_reads_an_event_in_the_same_number_of_queries_however_much_it_sells(world):
    def read():
        found = office_event(event=world.event, organization=world.organization, today=TODAY)
        for product in found.products:
            _ = (
                [price.amount for price in product.prices.all()],
                [link.quota.name for link in product.product_quotas.all()],
            )
            _ = [[link.quota.size for link in variant.product_quotas.all()] for variant in product.variants.all()]

    before = queries(read)
    for number in range(3):
        make_product(world.event, "meal", f"Dinner {number}", 5000, quotas=[world.people])
    assert queries(read) == before


def test_danish_order_in_memory_is_that_of_the_database(db):
    words = ["Ålborg", "Aarhus", "Århus", "Ærø", "Øster", "Zoo", "Abe", "aabenraa", "Odense", "Ölstykke"]
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT word FROM unnest(%s::text[]) AS word ORDER BY conbillet_sort_key(word), word COLLATE "C"', [words]
        )
        assert [word for (word,) in cursor.fetchall()] == sorted(words, key=lambda word: (danish_key(word), word))


def test_organizations_without_events_have_a_page(db):
    make_organization("quiet", "Quiet")
    found = organization_page(slug="quiet", today=TODAY)
    assert (found.upcoming, found.past) == ([], [])


def test_time_alone_changes_the_page_at_the_very_instant(world, now):
    opens, closes = now + timedelta(hours=1), now + timedelta(hours=2)
    Product.objects.filter(pk=world.bed.pk).update(sales_open_at=opens, sales_close_at=closes)
    instant = timedelta(microseconds=1)
    levels = [
        on_page(page(world, moment), world.bed).availability.level
        for moment in (now, opens - instant, opens, closes - instant, closes, opens, now)
    ]
    few = Level.FEW
    assert levels == [Level.NOT_YET, Level.NOT_YET, few, few, Level.ENDED, few, Level.NOT_YET]
    assert page(world, now) is page(world, now)  # put together once
