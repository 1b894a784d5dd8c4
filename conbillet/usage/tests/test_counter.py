"""Counting in the process, and bringing the numbers to the database from several at once."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, OperationalError, connection, connections, transaction

from conbillet.core import clock
from conbillet.core.tenancy import acting_for
from conbillet.usage.actions.forget_counts import forget_counts
from conbillet.usage.actions.store_counts import store_counts
from conbillet.usage.counter import MOST_KEYS, Tally
from conbillet.usage.models import ShopCount, SiteCount
from conbillet.usage.queries import event_use
from conbillet.usage.steps import SitePage, Step
from tests.cast import NOW, make_event

TODAY = clock.copenhagen_day(NOW)


def tally_of(world, *, store=store_counts) -> Tally:
    tally = Tally(store)
    tally.event = lambda step, detail="", language="da", now=NOW: tally.step(  # type: ignore[attr-defined]
        world.organization.pk, world.event.pk, step, detail, language, now
    )
    return tally


def rows() -> dict[tuple[str, str, str], int]:
    return {(row.step, row.detail, row.language): row.times for row in ShopCount.objects.all()}


@pytest.mark.django_db
def test_counts_come_together_and_are_added_to_those_that_are_there(world):
    tally = tally_of(world)
    for _ in range(3):
        tally.event(Step.EVENT)
    tally.event(Step.EVENT, language="en")
    tally.page(SitePage.FRONT, "da", NOW)
    tally.step(world.organization.pk, None, Step.ORGANIZATION, "", "da", NOW)
    assert tally.flush(now=NOW) == 4
    tally.event(Step.EVENT)
    tally.step(world.organization.pk, None, Step.ORGANIZATION, "", "da", NOW)
    assert tally.flush(now=NOW) == 2
    assert tally.flush(now=NOW) == 0
    assert rows() == {("event", "", "da"): 4, ("event", "", "en"): 1, ("organization", "", "da"): 2}
    assert SiteCount.objects.get().times == 1


@pytest.mark.django_db
def test_counting_itself_asks_the_database_nothing(world, django_assert_num_queries):
    tally = tally_of(world)
    with django_assert_num_queries(0):
        for step in Step:
            tally.event(step)
    with django_assert_num_queries(3):  # a savepoint of the test, one statement for all, its end
        tally.flush(now=NOW)


@pytest.mark.django_db
def test_only_words_from_the_lists_get_in(world):
    tally = tally_of(world)
    tally.event(Step.REFUSED, "product_sold_out")
    tally.event(Step.FAULT, "person_birth_date")
    for planted in ("192.0.2.7", "ada@example.com", "Ada Lund", "8f14e45f", "product_sold_out' --"):
        tally.event(Step.REFUSED, planted)
        tally.event(Step.EVENT, planted, language=planted)
    tally.flush(now=NOW)
    assert rows() == {
        ("refused", "product_sold_out", "da"): 1, ("fault", "person_birth_date", "da"): 1, ("refused", "other", "da"): 5,
        ("event", "", "da"): 5,
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("planted", ["192.0.2.7", "2001:db8::7", "ada@example.com", "Ada Lund", "8f14e45fceea167a"])
@pytest.mark.parametrize("column", ["detail", "step", "language"])
def test_the_database_takes_no_address_and_no_id_either(world, planted, column):
    values = {"step": "event", "detail": "", "language": "da", column: planted}
    row = ShopCount(organization=world.organization, event=world.event, day=TODAY, times=1, **values)
    with pytest.raises(Exception, match="usage_shop_words|too long") as refused, transaction.atomic():
        row.save()
    assert refused.type.__name__ in {"IntegrityError", "DataError"}


@pytest.mark.django_db
def test_days_are_those_of_copenhagen_on_both_nights_when_the_clock_is_changed(world):
    tally = tally_of(world)
    instants = [
        datetime(2026, 3, 28, 22, 59, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
        datetime(2026, 3, 29, 21, 59, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
        datetime(2026, 10, 24, 21, 59, tzinfo=UTC), datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 22, 59, tzinfo=UTC), datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
        datetime(2026, 3, 29, 12, 0, tzinfo=UTC),  # and back again
    ]  # fmt: skip
    for instant in instants:
        tally.event(Step.EVENT, now=instant)
    tally.flush(now=datetime(2026, 3, 28, 23, tzinfo=UTC))
    found = {row.day: row.times for row in ShopCount.objects.all()}
    assert found == {
        date(2026, 3, 28): 1, date(2026, 3, 29): 3, date(2026, 3, 30): 1,
        date(2026, 10, 24): 1, date(2026, 10, 25): 2, date(2026, 10, 26): 1,
    }  # fmt: skip


@pytest.mark.django_db
def test_counts_of_events_that_are_gone_are_left_out(world):
    tally = tally_of(world)
    tally.event(Step.EVENT)
    tally.step(world.organization.pk, world.event.pk + 999, Step.EVENT, "", "da", NOW)
    tally.step(world.other.pk, world.event.pk, Step.EVENT, "", "da", NOW)  # not that association's
    tally.step(world.organization.pk + 999, None, Step.ORGANIZATION, "", "da", NOW)
    tally.flush(now=NOW)
    assert rows() == {("event", "", "da"): 1}


@pytest.mark.django_db
def test_what_comes_after_its_day_was_shown_is_given_up(world):
    tally = tally_of(world)
    tally.event(Step.EVENT, now=NOW - timedelta(days=1))
    tally.event(Step.CART)
    tally.flush(now=NOW)
    assert rows() == {("cart", "", "da"): 1}


def refused_by(error: Exception, sqlstate: str):
    class Postgres(Exception):
        pass

    cause = Postgres()
    cause.sqlstate = sqlstate  # type: ignore[attr-defined]
    error.__cause__ = cause
    return error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (refused_by(OperationalError(), "40P01"), True),  # a deadlock: nothing was written
        (refused_by(InternalError(), "25006"), True),  # read only, after a failover
        (OperationalError("server closed the connection"), False),  # who knows: rather too few than twice
        (refused_by(OperationalError(), "08007"), False),  # PostgreSQL's word for the same
        (refused_by(IntegrityError(), "23514"), False),  # it never will be: it must not come back for ever
    ],
)
def test_what_the_database_did_not_take_is_tried_again_unless_it_may_have_taken_it(world, error, kept):
    answers = [error]

    def store(counts):
        if answers:
            raise answers.pop()
        store_counts(counts=counts)

    tally = tally_of(world, store=store)
    tally.event(Step.EVENT)
    assert tally.flush(now=NOW) == 0
    tally.event(Step.EVENT)
    tally.flush(now=NOW)
    assert rows()["event", "", "da"] == (2 if kept else 1)


@pytest.mark.django_db
def test_there_is_a_limit_to_what_a_process_keeps(world):
    taken = []
    tally = tally_of(world, store=lambda counts: taken.append(len(counts)))
    for number in range(MOST_KEYS + 10):
        tally.step(number, None, Step.ORGANIZATION, "", "da", NOW)
    tally.step(1, None, Step.ORGANIZATION, "", "da", NOW)
    assert tally.flush(now=NOW) == MOST_KEYS and taken == [MOST_KEYS]


@pytest.mark.django_db(transaction=True)
def test_no_count_is_lost_or_doubled_between_threads_that_count_and_two_that_write():
    stored: Counter[object] = Counter()
    adding, done = threading.Lock(), threading.Event()

    def store(counts):
        with adding:
            stored.update(counts)

    tally = Tally(store)

    def visit():
        for _ in range(2000):
            tally.step(1, 1, Step.EVENT, "", "da", NOW)

    def write():
        while not done.is_set():
            tally.flush(now=NOW)
        connections.close_all()

    writers, visitors = [threading.Thread(target=write) for _ in range(2)], [threading.Thread(target=visit) for _ in range(4)]
    for thread in (*writers, *visitors):
        thread.start()
    for thread in visitors:
        thread.join()
    done.set()
    for thread in writers:
        thread.join()
    tally.flush(now=NOW)
    assert sum(stored.values()) == 8000


@pytest.mark.django_db(transaction=True)
def test_several_processes_add_to_the_same_rows_at_once(world, now):
    """Each thread is a process here: a tally and a connection of its own, and its keys in an order of its own."""
    start, wrong = threading.Barrier(6), []

    def process(number):
        try:
            tally = tally_of(world)
            start.wait()
            for _ in range(8):
                for step in sorted(Step, reverse=bool(number % 2)):
                    tally.event(step)
                    tally.event(step, language="en")
                if tally.flush(now=NOW) != 22:
                    wrong.append("not written")
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=process, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert set(rows().values()) == {48} and len(rows()) == 22


@pytest.mark.django_db(transaction=True)
def test_the_twin_a_sum_made_in_python_loses_counts(world, now, monkeypatch):
    """What the statement guards against: read, add, write."""
    tally_of(world)
    both_have_read = threading.Barrier(2)

    def store(counts):
        for (day, organization, event, step, detail, language), times in counts.items():
            key = {"organization_id": organization, "event_id": event, "day": day, "step": step, "detail": detail, "language": language}
            row = ShopCount.objects.get(**key)
            both_have_read.wait()
            ShopCount.objects.filter(pk=row.pk).update(times=row.times + times)

    ShopCount.objects.create(organization=world.organization, event=world.event, day=TODAY, step="event", language="da", times=1)

    def process():
        tally = tally_of(world, store=store)
        tally.event(Step.EVENT)
        tally.flush(now=NOW)
        connections.close_all()

    threads = [threading.Thread(target=process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows()["event", "", "da"] == 2  # one of the two is lost


def fill(world, step: str, days: dict[int, int], *, detail: str = "", language: str = "da", event=None) -> None:
    ShopCount.objects.bulk_create(
        ShopCount(
            organization_id=(event or world.event).organization_id, event=event or world.event, day=TODAY - timedelta(days=back),
            step=step, detail=detail, language=language, times=times,
        )
        for back, times in days.items()
    )  # fmt: skip


@pytest.mark.django_db
def test_an_events_use_is_shown_by_step_reason_and_field_from_the_floor_up(world, django_assert_num_queries):
    fill(world, "event", {2: 40, 3: 60})
    fill(world, "event", {2: 7}, language="en")
    fill(world, "cart", {2: 20, 3: 10})
    fill(world, "checkout", {2: 4})  # too few
    fill(world, "refused", {2: 9}, detail="product_sold_out")
    fill(world, "refused", {2: 4}, detail="wrong_age")
    fill(world, "fault", {2: 3, 3: 3}, detail="person_birth_date")
    fill(world, "event", {0: 500, -1: 500})  # today is not over
    with django_assert_num_queries(1):
        found = event_use(event=world.event, now=NOW)
    assert {one.name: one.times for one in found.steps} == {
        "event": 107, "cart": 30, "checkout": 0, "details": 0, "order": 0, "paid": 0,
    }  # fmt: skip
    assert found.steps[0].by_language == {"da": 100, "en": 7}
    assert [(one.name, one.times) for one in found.refusals] == [("product_sold_out", 9)]
    assert [(one.name, one.times) for one in found.faults] == [("person_birth_date", 6)]
    assert (found.last - found.first).days == 89 and found.last == TODAY - timedelta(days=1)
    assert found.by_day["event"][-2:] == [60.0, 47.0] and len(found.by_day["event"]) == 89


@pytest.mark.django_db
def test_an_association_reads_its_own_counts_only_and_writes_none(world):
    theirs = make_event(world.other, slug="spiltraef")
    fill(world, "event", {2: 40})
    fill(world, "event", {2: 70}, event=theirs)
    with transaction.atomic(), acting_for(world.organization.pk):
        assert [row.times for row in ShopCount.objects.all()] == [40]
    for statement in ("UPDATE usage_shopcount SET times = 9", "DELETE FROM usage_shopcount", "SELECT * FROM usage_sitecount"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), acting_for(world.organization.pk):
            connection.cursor().execute(statement)


@pytest.mark.django_db
def test_counts_go_by_whole_months_after_twenty_five(world):
    first_kept = date(2024, 2, 1)
    for day in (date(2023, 5, 1), date(2024, 1, 31), first_kept, TODAY):
        ShopCount.objects.create(organization=world.organization, event=world.event, day=day, step="event", language="da", times=9)
        SiteCount.objects.create(day=day, page="front", language="da", times=9)
    assert forget_counts(now=NOW) == {world.organization.pk: 2, None: 2}
    assert {row.day for row in ShopCount.objects.all()} == {row.day for row in SiteCount.objects.all()} == {first_kept, TODAY}
    assert not +forget_counts(now=NOW)
