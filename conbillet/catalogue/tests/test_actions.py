"""What the office does to an event, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest

from conbillet.catalogue.actions.add_product import add_product
from conbillet.catalogue.actions.add_quota import add_quota
from conbillet.catalogue.actions.cancel_event import cancel_event
from conbillet.catalogue.actions.close_event import close_event
from conbillet.catalogue.actions.copy_event import copy_event
from conbillet.catalogue.actions.create_event import create_event
from conbillet.catalogue.actions.order_products import order_products
from conbillet.catalogue.actions.publish_event import publish_event
from conbillet.catalogue.actions.remove_quota import remove_quota
from conbillet.catalogue.actions.resize_quota import resize_quota
from conbillet.catalogue.actions.update_event import update_event
from conbillet.catalogue.actions.update_product import update_product
from conbillet.catalogue.actions.withdraw_product import withdraw_product
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import Event, Product, ProductKind, Quota
from conbillet.catalogue.product_values import ProductValues, Size
from conbillet.catalogue.queries import office_event
from conbillet.catalogue.story import Story
from conbillet.catalogue.warnings import Gravity
from conbillet.core.models import AuditEntry
from conbillet.organizations.models import VatStatus
from conbillet.sales.models import Cart, CartLine
from tests.cast import make_event
from tests.jobs import announced


@pytest.fixture
def by(world, now):
    return {"actor": world.actor(world.owner), "now": now}


def version(event) -> int:
    return Event.objects.get(pk=event.pk).version


def in_cart(world, product, variant=None):
    from conbillet.core.references import new_reference
    from tests.cast import NOW

    own = {"organization": world.organization}
    cart = Cart.objects.create(event=world.event, reference=new_reference(), created_at=NOW, changed_at=NOW, **own)
    CartLine.objects.create(cart=cart, product=product, variant=variant, **own)


# --- The event ----------------------------------------------------------------------------------------------------------


def test_every_change_counts_the_version_up_and_leaves_one_entry(world, by):
    before = version(world.event)
    update_event(event=world.event, values={"venue": "Hobro Idrætscenter"}, **by)
    withdraw_product(product=world.day, **by)
    add_quota(event=world.event, name="Parking", size=20, **by)
    close_event(event=world.event, **by)
    assert version(world.event) == before + 4
    entries = AuditEntry.objects.filter(object_kind="event", object_reference=world.event.reference).order_by("id")
    assert [entry.action for entry in entries] == ["event_updated", "product_withdrawn", "quota_added", "event_closed"]
    assert {entry.actor_id for entry in entries} == {world.owner.pk}


def test_what_changes_nothing_leaves_no_trace(world, by):
    update_event(event=world.event, values={"venue": world.event.venue}, **by)
    withdraw_product(product=world.day, **by)
    withdraw_product(product=world.day, **by)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_on": date(2026, 3, 30)}, "ends_on"),
        ({"sales_close_at": datetime(2026, 1, 1, tzinfo=UTC)}, "sales_close_at"),
        ({"order_limit": 0}, ""),
        ({"order_limit": 101}, ""),
        ({"name": ""}, "name"),
        ({"slug": "another"}, "slug"),
        ({"kind": "opera"}, "kind"),
        ({"tagline_da": "x" * 161}, "tagline_da"),
    ],
)
def test_an_event_that_cannot_be_is_refused_and_nothing_is_stored(world, by, values, field):
    with pytest.raises(CannotChange) as refusal:
        update_event(event=world.event, values={**values, "city": "Changed"}, **by)
    assert (field in refusal.value.errors) if field else refusal.value.message
    assert Event.objects.get(pk=world.event.pk).city == "Hobro"
    assert version(world.event) == 1


def test_only_known_fields_can_be_changed(world, by):
    with pytest.raises(ValueError, match="state"):
        update_event(event=world.event, values={"state": "draft"}, **by)


def test_the_address_changes_only_while_it_is_a_draft(world, by):
    draft = make_event(world.organization, "draft", state=Event.State.DRAFT)
    assert update_event(event=draft, values={"slug": "better"}, **by).slug == "better"
    for taken in ("fastaval", "cart"):
        with pytest.raises(CannotChange):
            update_event(event=draft, values={"slug": taken}, **by)


def test_an_event_goes_from_draft_to_live_to_closed_and_back_and_is_cancelled_for_good(world, by):
    event = world.event
    assert close_event(event=event, **by).state == Event.State.CLOSED
    with pytest.raises(CannotChange):
        close_event(event=event, **by)
    assert publish_event(event=event, **by).state == Event.State.LIVE
    with pytest.raises(CannotChange):
        publish_event(event=event, **by)
    assert cancel_event(event=event, **by).state == Event.State.CANCELLED
    assert ("event_cancelled", {"event": event.pk}) in announced()
    for verb in (publish_event, close_event, cancel_event):
        with pytest.raises(CannotChange):
            verb(event=event, **by)


def test_a_draft_is_published_only_when_nothing_stands_in_the_way(world, by):
    draft = make_event(world.organization, "empty", state=Event.State.DRAFT)
    with pytest.raises(CannotChange, match="."):
        publish_event(event=draft, **by)
    with pytest.raises(CannotChange):
        cancel_event(event=draft, **by)
    assert Event.objects.get(pk=draft.pk).state == Event.State.DRAFT


# --- Quotas -------------------------------------------------------------------------------------------------------------


def test_a_quota_never_becomes_smaller_than_what_is_held_and_sold(world, by):
    Quota.objects.filter(pk=world.people.pk).update(held=2, sold=5)
    with pytest.raises(CannotChange) as refusal:
        resize_quota(quota=world.people, size=6, **by)
    assert "7" in refusal.value.errors["size"][0]
    assert Quota.objects.get(pk=world.people.pk).size == 10
    assert version(world.event) == 1
    assert resize_quota(quota=world.people, size=7, name="All", **by).name == "All"


def test_the_check_is_in_the_update_itself_not_in_what_was_read_before(world, by):
    stale = Quota.objects.get(pk=world.people.pk)
    Quota.objects.filter(pk=world.people.pk).update(sold=10)
    with pytest.raises(CannotChange):
        resize_quota(quota=stale, size=9, **by)


@pytest.mark.parametrize("size", [-1, 10**12])
def test_sizes_that_cannot_be_are_refused(world, by, size):
    with pytest.raises(CannotChange):
        add_quota(event=world.event, name="Odd", size=size, **by)
    with pytest.raises(CannotChange):
        resize_quota(quota=world.people, size=size, **by)


def test_only_an_unused_quota_can_be_removed(world, by):
    spare = add_quota(event=world.event, name="Spare", size=3, **by)
    remove_quota(quota=spare, **by)
    assert not Quota.objects.filter(name="Spare").exists()
    with pytest.raises(CannotChange):
        remove_quota(quota=world.people, **by)


# --- Products -----------------------------------------------------------------------------------------------------------


def values(amount=5000, **options):
    fields = {"name_da": "Morgenmad", "name_en": "Breakfast", **options.pop("fields", {})}
    return ProductValues(fields=fields, amount=amount, **options)


def test_a_product_is_added_last_with_prices_quotas_and_sizes(world, by):
    hoodie = add_product(
        event=world.event,
        kind=ProductKind.MERCHANDISE,
        values=values(member_amount=4000, quotas=[world.people], sizes=[Size("S", 5), Size("M")]),
        **by,
    )
    assert hoodie.position == 8
    assert {price.audience: price.amount for price in hoodie.prices.all()} == {"ordinary": 5000, "member": 4000}
    assert [(one.name, [link.quota.size for link in one.product_quotas.all()]) for one in hoodie.variants.all()] == [
        ("S", [5]),
        ("M", []),
    ]
    update_product(
        product=hoodie,
        values=values(6000, sizes=[Size("M", None, hoodie.variants.get(name="M").pk), Size("L", 2)]),
        **by,
    )
    hoodie = Product.objects.get(pk=hoodie.pk)
    assert [one.name for one in hoodie.variants.all()] == ["M", "L"]
    assert {price.audience: price.amount for price in hoodie.prices.all()} == {"ordinary": 6000}
    assert not Quota.objects.filter(name="Morgenmad S").exists()
    assert list(hoodie.product_quotas.filter(variant=None)) == []


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"amount": -1}, "amount"),
        ({"amount": 1_000_000_001}, "amount"),
        ({"member_amount": -1}, "member_amount"),
        ({"fields": {"age_from": 18, "age_to": 15}}, "age_to"),
        ({"fields": {"valid_on": date(2026, 5, 1)}}, "valid_on"),
        ({"fields": {"name_da": ""}}, "name_da"),
        ({"fields": {"vat_code": "none"}}, "vat_code"),
        ({"sizes": [Size("M"), Size(" m ")]}, "sizes"),
        ({"sizes": [Size("")]}, "sizes"),
        ({"sizes": [Size(f"{number}") for number in range(31)]}, "sizes"),
        ({"sizes": [Size("M", None, 999999)]}, "sizes"),
    ],
)
def test_a_product_that_cannot_be_is_refused_and_nothing_is_stored(world, by, options, field):
    with pytest.raises(CannotChange) as refusal:
        add_product(event=world.event, kind=ProductKind.MEAL, values=values(**options), **by)
    assert field in refusal.value.errors
    with pytest.raises(CannotChange):
        update_product(product=world.shirt, values=values(**options), **by)
    assert Product.objects.get(pk=world.shirt.pk).name_da == "T-shirt"


def test_a_quota_of_another_event_is_refused(world, by):
    foreign = add_quota(event=make_event(world.organization, "other"), name="Foreign", size=5, **by)
    with pytest.raises(CannotChange):
        add_product(event=world.event, kind=ProductKind.MEAL, values=values(quotas=[foreign]), **by)


def test_dues_are_one_price_for_everybody(world, by):
    with pytest.raises(CannotChange) as refusal:
        update_product(product=world.membership, values=values(member_amount=5000), **by)
    assert "member_amount" in refusal.value.errors


def test_what_somebody_has_in_the_cart_keeps_its_quotas_and_sizes(world, by):
    """A refund gives places back to the quotas of now: were they others than those sold from, counters would go wrong."""
    in_cart(world, world.shirt, world.sizes["L"])
    keep = [Size("M", 3, world.sizes["M"].pk), Size("L", 1, world.sizes["L"].pk)]
    for wrong in (
        values(sizes=keep[:1]),
        values(sizes=[keep[0], Size("L", None, keep[1].id)]),
        values(sizes=keep, quotas=[world.people]),
    ):
        with pytest.raises(CannotChange):
            update_product(product=world.shirt, values=wrong, **by)
    in_cart(world, world.adult)
    with pytest.raises(CannotChange):
        update_product(product=world.adult, values=values(quotas=[]), **by)
    update_product(product=world.shirt, values=values(9900, sizes=[*keep, Size("XL", 4)]), **by)
    assert world.shirt.variants.count() == 3


def test_sizes_can_change_places_and_names(world, by):
    update_product(
        product=world.shirt,
        values=values(sizes=[Size("M", 1, world.sizes["L"].pk), Size("L", 3, world.sizes["M"].pk)]),
        **by,
    )
    assert [(one.pk, one.name) for one in world.shirt.variants.all()] == [
        (world.sizes["L"].pk, "M"),
        (world.sizes["M"].pk, "L"),
    ]


def test_the_stock_of_a_size_is_never_below_what_is_sold(world, by):
    Quota.objects.filter(product_quotas__variant=world.sizes["M"]).update(sold=2)
    with pytest.raises(CannotChange) as refusal:
        update_product(
            product=world.shirt,
            values=values(sizes=[Size("M", 1, world.sizes["M"].pk), Size("L", 1, world.sizes["L"].pk)]),
            **by,
        )
    assert "sizes" in refusal.value.errors


def test_products_are_put_in_order_all_of_them_or_none(world, by):
    ids = list(Product.objects.filter(event=world.event).values_list("pk", flat=True))
    order_products(event=world.event, products=ids[::-1], **by)
    assert list(Product.objects.filter(event=world.event).values_list("pk", flat=True)) == ids[::-1]
    for wrong in (ids[1:], [*ids, ids[0]], [*ids[1:], 999999]):
        with pytest.raises(CannotChange):
            order_products(event=world.event, products=wrong, **by)


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
        "Kontingent 2027",
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
        ("Kontingent 2027", None, "outside_scope"),
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
