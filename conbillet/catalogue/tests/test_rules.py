"""The rules of the sale: windows, ages, limits, prices. Pure, so most of it runs without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from conbillet.catalogue import rules
from conbillet.catalogue.models import Event, Price, Product, ProductKind
from conbillet.catalogue.rules import (
    SaleState,
    age_refusal,
    fits_age,
    order_limit_refusals,
    price_for,
    sale_refusal,
    sale_state,
)
from conbillet.core.clock import COPENHAGEN, age_on, day_end, day_start

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def event(**fields) -> Event:
    return Event(
        **{
            "state": Event.State.LIVE,
            "starts_on": date(2027, 4, 16),
            "ends_on": date(2027, 4, 18),
            "order_limit": 30,
            **fields,
        }
    )


def product(pk=1, kind=ProductKind.TICKET, **fields) -> Product:
    return Product(**{"pk": pk, "kind": kind, "name_da": "Voksen", "name_en": "Adult", **fields})


# --- Windows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "offered", "expected"),
    [
        (Event.State.DRAFT, True, SaleState.UNAVAILABLE),
        (Event.State.LIVE, True, SaleState.ON_SALE),
        (Event.State.LIVE, False, SaleState.UNAVAILABLE),
        (Event.State.CLOSED, True, SaleState.ENDED),
        (Event.State.CANCELLED, True, SaleState.UNAVAILABLE),
    ],
)
def test_only_a_live_event_sells_what_it_offers(state, offered, expected):
    assert sale_state(event(state=state), product(is_offered=offered), NOW) is expected


def test_the_first_instant_is_inside_and_the_last_one_is_outside():
    opens, closes = NOW, NOW + timedelta(days=1)
    found = event(sales_open_at=opens, sales_close_at=closes)
    instant = timedelta(microseconds=1)
    assert sale_state(found, product(), opens - instant) is SaleState.NOT_YET
    assert sale_state(found, product(), opens) is SaleState.ON_SALE
    assert sale_state(found, product(), closes - instant) is SaleState.ON_SALE
    assert sale_state(found, product(), closes) is SaleState.ENDED


moments = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(
    moments,
    moments,
    moments,
    moments,
    st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
)
def test_a_product_is_on_sale_only_inside_both_windows(event_opens, event_closes, own_opens, own_closes, now):
    state = sale_state(
        event(sales_open_at=event_opens, sales_close_at=event_closes),
        product(sales_open_at=own_opens, sales_close_at=own_closes),
        now,
    )
    inside = all(opens is None or opens <= now for opens in (event_opens, own_opens)) and all(
        closes is None or now < closes for closes in (event_closes, own_closes)
    )
    assert (state is SaleState.ON_SALE) == inside


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_sale_of_one_day_lasts_the_whole_copenhagen_day_also_when_the_clocks_change(day, hours):
    found = event(sales_open_at=day_start(day), sales_close_at=day_end(day))
    on_sale = [
        minute
        for minute in range(-180, 27 * 60)
        if sale_state(found, product(), day_start(day) + timedelta(minutes=minute)) is SaleState.ON_SALE
    ]
    assert on_sale == list(range(hours * 60))


def test_both_half_past_two_of_the_autumn_night_are_told_apart():
    first = datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=COPENHAGEN).astimezone(UTC)
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=COPENHAGEN).astimezone(UTC)
    found = event(sales_close_at=second)
    assert sale_state(found, product(), first) is SaleState.ON_SALE
    assert sale_state(found, product(), second) is SaleState.ENDED


def test_refusals_name_the_product_and_when_the_sale_opens():
    assert sale_refusal(event(), product(), NOW) is None
    early = sale_refusal(event(sales_open_at=datetime(2026, 3, 29, 16, 30, tzinfo=UTC)), product(), NOW)
    assert early == "“Adult” is not for sale yet. The sale opens 29 March 2026, 18:30."
    assert "no longer" in sale_refusal(event(sales_close_at=NOW), product(), NOW)
    assert sale_refusal(event(), product(is_offered=False), NOW) == "“Adult” is not for sale."


# --- Ages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "first_day", "age"),
    [
        (date(2012, 4, 16), date(2027, 4, 15), 14),  # fact sheet 11.2
        (date(2012, 4, 16), date(2027, 4, 16), 15),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
    ],
)
def test_the_age_on_the_events_first_day_decides(born, first_day, age):
    found = event(starts_on=first_day, ends_on=first_day + timedelta(days=3))
    assert fits_age(product(age_from=age, age_to=age), born, found)
    assert age_refusal(product(age_from=age, age_to=age), born, found) is None
    assert f"the age is {age}" in age_refusal(product(age_from=age + 1), born, found)
    assert f"the age is {age}" in age_refusal(product(age_to=age - 1), born, found)


ages = st.none() | st.integers(0, 99)


@given(st.dates(date(1930, 1, 1), date(2027, 4, 16)), ages, ages)
def test_one_is_refused_exactly_when_ones_age_is_outside(born, age_from, age_to):
    found = event()
    age = age_on(born, found.starts_on)
    inside = (age_from is None or age_from <= age) and (age_to is None or age <= age_to)
    assert (age_refusal(product(age_from=age_from, age_to=age_to), born, found) is None) == inside


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.integers(1, 90))
def test_neighbouring_age_bands_leave_nobody_out_and_count_nobody_twice(born, border):
    found = event()
    assert fits_age(product(age_to=border - 1), born, found) + fits_age(product(age_from=border), born, found) == 1


def test_dates_of_birth_that_cannot_be_are_refused_even_without_a_limit():
    for impossible in (date(2027, 4, 17), date(1890, 1, 1)):
        assert "cannot be a date of birth" in age_refusal(product(), impossible, event())
    assert age_refusal(product(), None, event()) is None
    assert "date of birth" in age_refusal(product(age_to=14), None, event())


@pytest.mark.parametrize(
    ("age_from", "age_to", "text"),
    [
        (None, None, ""),
        (15, 17, "ages 15–17"),
        (18, None, "ages 18 and up"),
        (None, 14, "ages up to 14"),
        (7, 7, "7-year-olds"),
    ],
)
def test_age_ranges_are_written_as_people_say_them(age_from, age_to, text):
    assert rules.age_range(product(age_from=age_from, age_to=age_to)) == text


# --- Limits -------------------------------------------------------------------------------------------------------------


def test_an_order_has_limits_in_all_and_of_each_thing():
    adult, dues = product(1), product(2, ProductKind.MEMBERSHIP, per_order=4)
    assert order_limit_refusals(event(order_limit=10), {adult: 6, dues: 4}) == []
    assert order_limit_refusals(event(order_limit=10), {adult: 7, dues: 4}) == ["One order can hold at most 10 things."]
    assert order_limit_refusals(event(), {adult: 1, dues: 5}) == ["You can buy at most 4 of “Adult” in one order."]
    assert order_limit_refusals(event(), {adult: -1, dues: 5}) == ["A number of things cannot be negative."]


def test_a_bed_goes_with_a_ticket_and_each_kind_is_counted_for_itself():
    ticket, day = product(1), product(2, ProductKind.DAY_TICKET)
    bed, breakfast = (
        product(3, ProductKind.SLEEPING, needs_ticket=True),
        product(4, ProductKind.MEAL, needs_ticket=True),
    )
    assert order_limit_refusals(event(), {ticket: 1, day: 1, bed: 2, breakfast: 2}) == []
    assert order_limit_refusals(event(), {bed: 1}) == ["“Adult” can only be bought together with a ticket."]
    assert order_limit_refusals(event(), {ticket: 1, bed: 2}) == [
        "“Adult” goes with a ticket each, and there is only 1 ticket in this order."
    ]


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.integers(1, 12))
def test_limits_refuse_exactly_what_is_beyond_them(tickets, beds, shirts, limit):
    quantities = {
        product(1): tickets,
        product(2, ProductKind.SLEEPING, needs_ticket=True): beds,
        product(3, ProductKind.MERCHANDISE): shirts,
    }
    fine = tickets + beds + shirts <= limit and beds <= tickets
    assert (order_limit_refusals(event(order_limit=limit), quantities) == []) == fine


# --- Prices -------------------------------------------------------------------------------------------------------------


def priced(**amounts) -> Product:
    found = product()
    found._prefetched_objects_cache = {
        "prices": [Price(audience=audience, amount=amount) for audience, amount in amounts.items()]
    }
    return found


def test_members_pay_the_member_price_and_the_ordinary_one_where_there_is_none():
    assert price_for(priced(ordinary=40000, member=27500), "member").amount == 27500
    assert price_for(priced(ordinary=40000, member=27500)).amount == 40000
    assert price_for(priced(ordinary=0), "member").amount == 0
    assert price_for(priced(ordinary=40000, member=0), "member").amount == 0
    with pytest.raises(rules.NoPrice):
        price_for(priced(member=27500))


def test_a_donation_is_at_least_its_price_and_believable():
    gift = priced(ordinary=1000)
    assert rules.donation_refusal(gift, 1000) is None
    assert rules.donation_refusal(gift, 999) == "The least one can give is DKK 10."
    assert rules.donation_refusal(priced(ordinary=0), 0) is not None
    assert "believe" in rules.donation_refusal(gift, 1_000_000_001)
