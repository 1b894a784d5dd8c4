"""A convention from a few answers, and this year's from last year's."""

from datetime import UTC, date, datetime, timedelta

import pytest

from conbillet.catalogue.actions.copy_event import copy_event
from conbillet.catalogue.actions.create_event import create_event
from conbillet.catalogue.actions.publish_event import publish_event
from conbillet.catalogue.actions.update_event import update_event
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import Event, Quota
from conbillet.catalogue.queries import office_event
from conbillet.catalogue.story import Story
from conbillet.catalogue.warnings import Gravity
from conbillet.organizations.models import VatStatus


@pytest.fixture
def by(world, now):
    return {"actor": world.actor(world.owner), "now": now}


# --- From a few answers, and from last year -------------------------------------------------------------------------------

STORY = Story(
    name="Hyggecon 2027",
    starts_on=date(2027, 3, 26),
    ends_on=date(2027, 3, 28),
    capacity=300,
    adult_amount=40000,
    young_amount=27500,
    day_amount=14000,
    dues_amount=7500,
    adult_member_amount=27500,
    young_member_amount=15000,
    beds=80,
    bed_amount=20000,
    breakfast_amount=3500,
    dinner_amount=7500,
    shirt_amount=15000,
    donation=True,
    venue="Skolen",
    city="Hobro",
)


def test_a_few_answers_make_a_ready_draft_without_contradictions(world, by):
    event = create_event(organization=world.organization, story=STORY, **by)
    assert (event.state, event.slug) == (Event.State.DRAFT, "hyggecon-2027")
    found = office_event(event=event, organization=world.organization, today=date(2026, 3, 1))
    assert [product.name_da for product in found.products] == [
        "Voksen, alle dage",
        "Ung, 15–17 år",
        "Barn, 0–14 år",
        "Dagsbillet, fredag 26. marts",
        "Dagsbillet, lørdag 27. marts",
        "Dagsbillet, søndag 28. marts",
        "Kontingent",
        "Soveplads, alle nætter",
        "Morgenmad, lørdag 27. marts",
        "Morgenmad, søndag 28. marts",
        "Aftensmad, fredag 26. marts",
        "Aftensmad, lørdag 27. marts",
        "T-shirt",
        "Støt foreningen",
    ]
    assert {quota.name: quota.size for quota in found.quotas} == {"Mennesker i huset": 300, "Sovepladser": 80}
    assert {warning.code for warning in found.warnings if warning.gravity is not Gravity.HINT} == {"no_quota"}  # meals
    assert publish_event(event=event, **by).state == Event.State.LIVE
    assert found.products[6].membership_type == world.membership.membership_type


def test_beds_and_meals_close_earlier_where_there_is_time(world, by):
    event = create_event(organization=world.organization, story=STORY, **by)
    assert event.products.get(kind="sleeping").sales_close_at == datetime(2027, 3, 11, 23, tzinfo=UTC)
    near = Story(
        name="Soon",
        starts_on=by["now"].date() + timedelta(days=9),
        ends_on=by["now"].date() + timedelta(days=9),
        capacity=10,
        adult_amount=0,
        beds=5,
        bed_amount=1,
        dinner_amount=1,
        breakfast_amount=1,
    )
    assert set(
        create_event(organization=world.organization, story=near, **by).products.values_list(
            "sales_close_at", flat=True
        )
    ) == {None}


def test_the_smallest_answers_give_one_ticket_and_a_registered_association_has_vat(world, by):
    world.other.vat_status = VatStatus.REGISTERED
    world.other.save()
    plain = Story(
        name="Day",
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 1, 1),
        capacity=10,
        adult_amount=5000,
        children_free=False,
        dues_amount=7500,
    )
    event = create_event(organization=world.other, story=plain, **by)
    assert [(one.name_da, one.age_from, one.vat_code) for one in event.products.all()] == [
        ("Voksen", None, "standard_25"),
        ("Kontingent", None, "outside_scope"),
    ]
    assert event.products.last().membership_type.name_da == "Medlem af Hyggecon"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_on": date(2027, 3, 25)}, "ends_on"),
        ({"ends_on": date(2028, 3, 25)}, "ends_on"),
        ({"capacity": 0}, "capacity"),
        ({"beds": 0}, "beds"),
        ({"dues_amount": None}, "dues_amount"),
        ({"young_amount": None}, "young_amount"),
        ({"name": ""}, "name"),
        ({"adult_amount": -1}, "amount"),
    ],
)
def test_answers_that_contradict_each_other_are_refused(world, by, change, field):
    from dataclasses import replace

    before = Event.objects.count()
    with pytest.raises(CannotChange) as refusal:
        create_event(organization=world.organization, story=replace(STORY, **change), **by)
    assert field in refusal.value.errors
    assert Event.objects.count() == before


def test_last_years_event_becomes_this_years(world, by):
    Quota.objects.filter(pk=world.people.pk).update(sold=7, held=1)
    copy = copy_event(event=world.event, name="Fastaval 2027", starts_on=date(2027, 3, 24), **by)
    assert (copy.slug, copy.state, copy.ends_on, copy.version) == (
        "fastaval-2027",
        Event.State.DRAFT,
        date(2027, 3, 28),
        2,
    )
    assert [(one.name_da, one.valid_on) for one in copy.products.all()][2:4] == [
        ("Day ticket", date(2027, 3, 25)),
        ("Kontingent 2027", None),
    ]
    assert {(one.size, one.sold, one.held) for one in copy.quotas.all()} == {
        (10, 0, 0),
        (2, 0, 0),
        (3, 0, 0),
        (1, 0, 0),
    }
    old = {
        (one.name_da, price.audience, price.amount) for one in world.event.products.all() for price in one.prices.all()
    }
    new = {
        (one.name_da.replace("2027", "2026"), price.audience, price.amount)
        for one in copy.products.all()
        for price in one.prices.all()
    }
    assert old == new
    shirt = copy.products.get(kind="merchandise")
    assert {(one.name, one.product_quotas.get().quota.event_id) for one in shirt.variants.all()} == {
        ("M", copy.pk),
        ("L", copy.pk),
    }
    assert Quota.objects.get(pk=world.people.pk).sold == 7


def test_times_of_day_stay_when_an_event_moves_across_a_change_of_the_clocks(world, by):
    update_event(
        event=world.event,
        values={
            "sales_open_at": datetime(2026, 1, 31, 17, tzinfo=UTC),
            "sales_close_at": datetime(2026, 3, 28, 17, tzinfo=UTC),
        },
        **by,
    )
    event = Event.objects.get(pk=world.event.pk)
    moved = copy_event(event=event, name="Later", starts_on=event.starts_on + timedelta(days=10), **by)
    assert (moved.sales_open_at, moved.sales_close_at) == (
        datetime(2026, 2, 10, 17, tzinfo=UTC),
        datetime(2026, 4, 7, 16, tzinfo=UTC),
    )


def test_a_shorter_copy_leaves_out_the_days_it_does_not_have(world, by):
    copy = copy_event(event=world.event, name="Short", starts_on=date(2027, 4, 1), ends_on=date(2027, 4, 1), **by)
    assert not copy.products.filter(kind="day_ticket").exists()
    with pytest.raises(CannotChange):
        copy_event(event=world.event, name="Odd", starts_on=date(2027, 4, 1), ends_on=date(2027, 3, 1), **by)
