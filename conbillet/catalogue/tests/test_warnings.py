"""Contradictions in an event's setup are told before visitors meet them."""

from datetime import date, timedelta

import pytest

from conbillet.catalogue.actions.copy_event import copy_event
from conbillet.catalogue.models import Event, Price, Product, ProductQuota
from conbillet.catalogue.queries import office_event
from conbillet.catalogue.warnings import Gravity, blockers
from conbillet.memberships.models import MembershipType
from conbillet.organizations.models import VatStatus
from tests.cast import make_product, make_quota

TODAY = date(2026, 3, 1)


def codes(world) -> set[str]:
    event = Event.objects.get(pk=world.event.pk)
    world.organization.refresh_from_db()
    return {
        warning.code for warning in office_event(event=event, organization=world.organization, today=TODAY).warnings
    }


def event(world, **fields):
    Event.objects.filter(pk=world.event.pk).update(**fields)


def product(thing, **fields):
    Product.objects.filter(pk=thing.pk).update(**fields)


def price(thing, amount, audience="ordinary"):
    Price.objects.update_or_create(
        product=thing, audience=audience, defaults={"amount": amount, "organization_id": thing.organization_id}
    )


END = date(2026, 4, 5)
LATE = "2026-05-01T12:00Z"

CASES = {
    "sale_backwards": lambda w: event(w, sales_open_at="2026-03-20T12:00Z", sales_close_at="2026-03-10T12:00Z"),
    "sale_after_event": lambda w: event(w, sales_close_at=LATE),
    "sale_opens_after_event": lambda w: event(w, sales_open_at=LATE, sales_close_at=None),
    "event_past": lambda w: event(w, starts_on=date(2025, 4, 1), ends_on=date(2025, 4, 2)),
    "sale_past": lambda w: event(w, state="draft", sales_close_at="2026-03-01T12:00Z"),
    "transfer_account": lambda w: event(w, transfer_allowed=True),
    "no_venue": lambda w: event(w, venue=""),
    "no_alt": lambda w: event(w, picture="events/x.webp"),
    "no_english": lambda w: event(w, description_da="Hej"),
    "nothing_for_sale": lambda w: Product.objects.filter(event=w.event).update(is_offered=False),
    "no_ticket": lambda w: Product.objects.filter(kind__in=("ticket", "day_ticket")).update(is_offered=False),
    "ticket_needed": lambda w: Product.objects.filter(kind__in=("ticket", "day_ticket")).update(is_offered=False),
    "member_price_without_membership": lambda w: product(w.membership, is_offered=False),
    "product_sale_backwards": lambda w: product(w.bed, sales_open_at="2026-03-20T12:00Z", sales_close_at="2026-03-10T12:00Z"),
    "product_never_sold": lambda w: product(w.bed, sales_open_at=LATE),
    "product_sale_after_event": lambda w: product(w.bed, sales_close_at=LATE),
    "valid_outside_event": lambda w: product(w.day, valid_on=END + timedelta(days=1)),
    "day_ticket_any_day": lambda w: product(w.day, valid_on=None),
    "pay_by_after_event": lambda w: product(w.bed, pay_by_on=END + timedelta(days=1)),
    "no_quota": lambda w: ProductQuota.objects.filter(product=w.bed).delete(),
    "without_ticket": lambda w: product(w.bed, needs_ticket=False),
    "no_price": lambda w: Price.objects.filter(product=w.bed).delete(),
    "free_for_all": lambda w: product(w.child, age_to=None),
    "member_pays_more": lambda w: price(w.adult, 50000, "member"),
    "vat_missing": lambda w: setattr(w.organization, "vat_status", VatStatus.REGISTERED) or w.organization.save(),
    "vat_unregistered": lambda w: product(w.bed, vat_code="standard_25"),
    "dues_end_before_event": lambda w: event(w, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 3)),
    "dues_below_duf": lambda w: price(w.membership, 7499),
    "quota_unused": lambda w: make_quota(w.event, "Parking", 5),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_a_contradiction_is_told_and_was_not_told_before(world, code):
    assert code not in codes(world)
    CASES[code](world)
    assert code in codes(world)


def test_the_cast_has_one_gap_in_its_ages(world):
    assert "age_gap" in codes(world)
    make_product(world.event, "ticket", "Young", 27500, quotas=[world.people], age_from=15, age_to=17)
    assert "age_gap" not in codes(world)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"period_kind": "calendar_year"}, False),
        ({"period_kind": "rolling_12m"}, True),
        ({"period_kind": "calendar_year_plus_grace", "grace_days": 30}, True),
        ({"period_kind": "fixed_dates", "fixed_from": date(2026, 1, 1), "fixed_to": date(2026, 12, 31)}, False),
        ({"period_kind": "fixed_dates", "fixed_from": date(2026, 8, 1), "fixed_to": date(2027, 7, 31)}, True),
    ],
)
def test_a_membership_period_across_the_turn_of_the_year_is_not_safe_at_duf(world, fields, told):
    MembershipType.objects.filter(pk=world.membership.membership_type_id).update(**fields)
    assert ("period_crosses_year" in codes(world)) == told


def test_every_warning_has_a_sentence_and_the_gravest_come_first(world, now):
    for code in ("transfer_account", "no_price", "free_for_all", "no_venue", "no_english"):
        CASES[code](world)
    found = office_event(
        event=Event.objects.get(pk=world.event.pk), organization=world.organization, today=TODAY
    ).warnings
    gravities = [warning.gravity for warning in found]
    assert gravities == sorted(gravities, key=list(Gravity).index)
    assert {warning.code for warning in blockers(found)} == {"transfer_account", "no_price"}
    assert all(warning.text for warning in found)
    assert next(warning for warning in found if warning.code == "no_price").product_id == world.bed.pk


def test_what_is_withdrawn_is_not_warned_about(world):
    CASES["no_price"](world)
    product(world.bed, is_offered=False)
    assert "no_price" not in codes(world)


def test_a_copy_brings_no_new_contradictions(world, now):
    before = codes(world)
    copy = copy_event(
        event=world.event, name="Fastaval 2027", starts_on=date(2027, 3, 24), actor=world.actor(world.owner), now=now
    )
    after = {
        warning.code for warning in office_event(event=copy, organization=world.organization, today=TODAY).warnings
    }
    # Dues of this year end before next year's event: that is about the day, not about the copy.
    assert after - {"dues_end_before_event"} <= before
