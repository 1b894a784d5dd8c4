"""What the office does to an event, and what is refused."""

from datetime import UTC, date, datetime

import pytest

from conbillet.catalogue.actions.add_product import add_product
from conbillet.catalogue.actions.add_quota import add_quota
from conbillet.catalogue.actions.cancel_event import cancel_event
from conbillet.catalogue.actions.close_event import close_event
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
from conbillet.core.models import AuditEntry
from tests.cast import make_event
from tests.jobs import announced


@pytest.fixture
def by(world, now):
    return {"actor": world.actor(world.owner), "now": now}


def version(event) -> int:
    return Event.objects.get(pk=event.pk).version


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


@pytest.mark.asvs("15.3.3")
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
