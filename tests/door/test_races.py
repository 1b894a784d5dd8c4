"""Two doors at once: exactly one says yes. The planted bugs show that these tests would notice two."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import connection, transaction

from conbillet.core.prepared import fetch
from conbillet.core.rows import ConditionFailed, gathered
from conbillet.core.tenancy import acting_for
from conbillet.tickets.actions import check_in as module
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.actions.hand_out import AlreadyHandedOut, hand_out
from conbillet.tickets.models import CheckIn, HandOut
from conbillet.tickets.refusals import AlreadyIn, Refunded
from conbillet.workflows.refunds import AlreadyUsed, refund_lines
from tests.cast import make_world
from tests.door.conftest import EVENING, Door, make_door

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(db, now) -> Door:
    return make_door(make_world(), bought=now, now=EVENING)


def at_once(*deeds) -> list[object]:
    """Run deeds at the same time, each on its own connection; what each returned or raised."""
    start = Barrier(len(deeds))

    def run(deed):
        try:
            with transaction.atomic():
                start.wait(10)
                return deed()
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result(20) for future in [pool.submit(run, deed) for deed in deeds]]


def scans(door: Door, count: int):
    event, code, crew = door.event, door.code, door.crew

    def scan() -> str:
        with acting_for(event.organization_id):
            try:
                check_in(event=event, code=code, actor=crew, device="", now=door.now)
            except AlreadyIn:
                return "no"
        return "yes"

    return [scan] * count


@pytest.mark.parametrize("doors", [2, 6])
def test_exactly_one_door_says_yes(door: Door, doors: int):
    answers = at_once(*scans(door, doors))
    assert sorted(answers) == ["no"] * (doors - 1) + ["yes"]
    assert CheckIn.objects.count() == 1


def test_planted_a_look_before_an_insert_lets_two_in(door: Door, owner_connection, monkeypatch):
    """The unique index is gone, and somebody looks first and inserts later."""
    owner_connection.execute("DROP INDEX tickets_in_only_once")
    both_have_looked = Barrier(2)

    @contextmanager
    def looks_first(condition):
        sql, params = condition
        if fetch("SELECT 1 FROM tickets_checkin WHERE ticket_id = %s AND undone_at IS NULL", params[1:2]):
            raise ConditionFailed
        both_have_looked.wait(10)
        with gathered(condition=(sql.replace("ON CONFLICT (ticket_id) WHERE undone_at IS NULL DO NOTHING", ""), params)):
            yield

    monkeypatch.setattr(module, "gathered", looks_first)
    try:
        assert at_once(*scans(door, 2)) == ["yes", "yes"], "the tests above would not notice"
        assert CheckIn.objects.filter(undone_at=None).count() == 2
    finally:
        owner_connection.execute("DELETE FROM tickets_checkin")
        owner_connection.execute(
            "CREATE UNIQUE INDEX tickets_in_only_once ON tickets_checkin (ticket_id) WHERE undone_at IS NULL"
        )


@pytest.mark.parametrize("round_number", range(4))
def test_a_refund_and_a_scan_at_once_never_both_win(door: Door, round_number: int):
    """Either the holder is in and the refund is refused, or the money goes back and the code is worthless."""
    ticket = door.ticket
    line, crew, order = ticket.line, door.crew, door.order
    event, code = door.event, door.code

    def scan():
        return check_in(event=event, code=code, actor=crew, device="", now=door.now)

    def refund():
        return refund_lines(order=order, lines=[line], reason="customer", actor=crew, now=door.now)

    scanned, refunded = at_once(scan, refund)
    inside = CheckIn.objects.filter(ticket=ticket, undone_at=None).exists()
    ticket.refresh_from_db()
    assert inside != (ticket.voided_at is not None)
    assert isinstance(refunded, AlreadyUsed) if inside else isinstance(scanned, Refunded)


def test_a_thing_is_handed_out_once(door: Door):
    line, crew = door.line("merchandise"), door.crew

    def give() -> str:
        try:
            hand_out(line=line, actor=crew, now=door.now)
        except AlreadyHandedOut:
            return "no"
        return "yes"

    assert sorted(at_once(give, give, give)) == ["no", "no", "yes"]
    assert HandOut.objects.count() == 1
