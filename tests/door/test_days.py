"""A day ticket is valid on its own day in Copenhagen, from midnight to midnight, also when the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from conbillet.catalogue.models import Product
from conbillet.core.clock import COPENHAGEN
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.models import Ticket
from conbillet.tickets.refusals import WrongDay
from tests.cast import World
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # 23 and 25 hours long


@pytest.fixture
def ticket(world: World, now) -> Ticket:
    return Ticket.objects.get(line__order=paid_order(world, now, Wish(world.day.pk, 1)))


def try_at(world: World, ticket: Ticket, at: datetime) -> bool:
    actor = world.actor(world.door_crew, "door_crew")
    try:
        check_in(event=world.event, code=ticket.reference, actor=actor, device="", now=at.astimezone(UTC))
    except WrongDay:
        return False
    ticket.check_ins.all().delete()
    return True


def local(day: date, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=COPENHAGEN, fold=fold)


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 4, 2)])
def test_from_midnight_to_midnight_in_copenhagen(world: World, ticket: Ticket, day: date):
    Product.objects.filter(pk=world.day.pk).update(valid_on=day)
    moment = timedelta(microseconds=1)
    begins, ends = local(day, 0).astimezone(UTC), local(day + timedelta(days=1), 0).astimezone(UTC)
    assert ends - begins == timedelta(hours={SPRING: 23, AUTUMN: 25}.get(day, 24))
    assert [try_at(world, ticket, at) for at in (begins - moment, begins, ends - moment, ends)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "at", [local(SPRING, 1, 59), local(SPRING, 3, 0), local(SPRING, 23, 59)], ids=["before", "after", "evening"]
)
def test_around_the_hour_that_is_left_out(world: World, ticket: Ticket, at: datetime):
    Product.objects.filter(pk=world.day.pk).update(valid_on=SPRING)
    assert try_at(world, ticket, at)


@pytest.mark.parametrize("fold", [0, 1])
def test_in_the_hour_that_comes_twice(world: World, ticket: Ticket, fold: int):
    Product.objects.filter(pk=world.day.pk).update(valid_on=AUTUMN)
    assert try_at(world, ticket, local(AUTUMN, 2, 30, fold=fold))


def test_planted_days_of_utc_would_be_noticed(world: World, ticket: Ticket, monkeypatch):
    Product.objects.filter(pk=world.day.pk).update(valid_on=SPRING)
    monkeypatch.setattr("conbillet.tickets.actions.check_in.copenhagen_day", lambda at: at.astimezone(UTC).date())
    assert not try_at(world, ticket, local(SPRING, 0, 30)), "the tests above would not notice"


def test_the_refusal_names_the_day(world: World, ticket: Ticket, now):
    with pytest.raises(WrongDay) as no:
        check_in(event=world.event, code=ticket.reference, actor=world.actor(world.owner), device="", now=now)
    assert "torsdag den 2. april 2026" in no.value.message("da")
