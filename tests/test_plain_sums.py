"""The figures are the plain sums at any moment: whatever is sold, taken back, booked and checked in, and folded when."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conbillet.config.schedule import add_up
from conbillet.core.actor import SYSTEM
from conbillet.payments.actions.record_dispute import record_dispute
from conbillet.payments.actions.record_outside_refund import record_outside_refund
from conbillet.payments.actions.settle_refund import settle_refund
from conbillet.payments.findings import DisputeChanged
from conbillet.payments.models import LedgerEntry, Payment, Refund
from conbillet.sales import figures
from conbillet.sales.actions import fold_figures as folding
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.cancel_order import CannotCancel, cancel_order
from conbillet.sales.models import BookedOnDay, Order, OrderLine, Receipt, SoldOnDay
from conbillet.tickets.actions import fold_check_ins as counting
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.actions.undo_check_in import undo_check_in
from conbillet.tickets.models import CheckIn, InsideCount, Ticket
from conbillet.tickets.refusals import NotAdmitted
from conbillet.workflows.refunds import CannotRefund, refund_lines
from tests.cast import NOW, World, make_world
from tests.plain_sums import differences
from tests.purchases import order_of, paid_order, pay_for

OPENING = datetime.fromisoformat("2026-04-01T16:32:00+00:00")


class Convention:
    """What can happen to a convention; each step takes a number, which says to whom, and does nothing where it cannot."""

    def __init__(self, world: World) -> None:
        self.world, self.clock, self.steps = world, NOW, 0
        world.people.size = world.beds.size = 1000
        world.people.save()
        world.beds.save()
        world.event.transfer_allowed = world.event.door_allowed = True
        world.event.save()

    def do(self, step: str, number: int) -> None:
        self.steps += 1
        self.clock += timedelta(hours=7)
        getattr(self, step)(number)

    def wishes(self, number: int) -> list[Wish]:
        world = self.world
        adult = Wish(world.adult.pk, 1)
        more = [Wish(world.day.pk, 1), Wish(world.membership.pk, 1), Wish(world.bed.pk, 1), Wish(world.donation.pk, 1, amount=5000)]
        return [adult, more[number % 4]]

    def orders(self, **which) -> list[Order]:
        return list(Order.objects.filter(**which).order_by("pk"))

    def buys(self, number: int) -> None:
        paid_order(self.world, self.clock, *self.wishes(number))

    def orders_only(self, number: int) -> None:
        order_of(self.world, self.clock, *self.wishes(number), method=["card", "transfer", "door"][number % 3])

    def pays(self, number: int) -> None:
        if waiting := self.orders(paid_at=None):  # also one that has ended: late money
            pay_for(waiting[number % len(waiting)], self.clock)

    def cancels(self, number: int) -> None:
        if orders := self.orders():
            try:
                cancel_order(order=orders[number % len(orders)], reason="x", actor=SYSTEM, now=self.clock)
            except CannotCancel:
                return

    def refunds(self, number: int) -> None:
        if lines := list(OrderLine.objects.filter(order__paid_at__isnull=False, reverses=None).order_by("pk")):
            line = lines[number % len(lines)]
            try:
                refund_lines(order=line.order, lines=[line], reason="requested", actor=SYSTEM, now=self.clock, even_if_used=True)
            except CannotRefund:
                return

    def answers(self, number: int) -> None:
        """The provider says what became of a refund: it comes, it fails, it is sent back after it had come."""
        if refunds := list(Refund.objects.order_by("pk")):
            status = "failed" if number % 3 == 0 else "succeeded"
            settle_refund(refund=refunds[number % len(refunds)], provider_refund="", status=status, failure="", actor=SYSTEM, now=self.clock)

    def refunds_elsewhere(self, number: int) -> None:
        if payment := Payment.objects.filter(state="captured", method="card").order_by("pk").first():
            record_outside_refund(payment_id=payment.pk, provider_refund=f"re_{self.steps}", amount=100, now=self.clock)

    def disputes(self, number: int) -> None:
        if payment := Payment.objects.filter(state="captured", method="card").order_by("-pk").first():
            status = ["needs_response", "won", "lost", "warning_needs_response"][number % 4]
            finding = DisputeChanged(payment.pk, f"dp_{number % 2}", 500, payment.currency, "fraudulent", status, self.clock)
            record_dispute(finding=finding, now=self.clock)

    def enters(self, number: int) -> None:
        if tickets := list(Ticket.objects.filter(admits=True).order_by("pk")):
            ticket = tickets[number % len(tickets)]
            try:
                check_in(event=self.world.event, code=ticket.reference, actor=SYSTEM, device="x", now=OPENING)
            except NotAdmitted:
                return

    def is_sent_out(self, number: int) -> None:
        if inside := list(CheckIn.objects.filter(undone_at=None).order_by("pk")):
            undo_check_in(ticket=inside[number % len(inside)].ticket, reason="x", actor=SYSTEM, now=OPENING)

    def is_folded(self, number: int) -> None:
        add_up(now=self.clock)

    def is_folded_in_part(self, number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute([*folding.FOLDS, counting.FOLD][number % 4], [1 + number % 2])


STEPS = [name for name in vars(Convention) if not name.startswith("_") and name not in ("do", "wishes", "orders")]


class AnyStory(TestCase):
    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from([*STEPS, "buys", "refunds"]), st.integers(0, 11)), min_size=4, max_size=14))
    def test_whatever_happens_and_whenever_it_is_folded(self, story):
        convention = Convention(make_world())
        for step, number in story:
            convention.do(step, number)
            if step.startswith("is_folded"):
                assert differences() == [], step
        assert differences() == []
        convention.is_folded(0)
        assert differences() == []
        assert not Order.objects.filter(paid_at__isnull=False, counted=False).exists()
        assert not LedgerEntry.objects.filter(counted=False).exists()


@pytest.fixture
def sold(world, now):
    """Two orders, one line taken back, two inside, one of them sent out again; nothing is folded."""
    convention = Convention(world)
    for step, number in (("buys", 0), ("buys", 2), ("enters", 0), ("enters", 2), ("is_sent_out", 0), ("refunds", 0), ("answers", 1)):
        convention.do(step, number)
    return convention


@pytest.mark.django_db
class TestFolding:
    def test_it_counts_each_thing_once(self, sold):
        assert differences() == []
        add_up(now=sold.clock)
        rows = SoldOnDay.objects.count(), BookedOnDay.objects.count(), sum(InsideCount.objects.values_list("people", flat=True))
        assert rows[0] > 3 and rows[1] > 5 and rows[2] == 1
        assert (folding.fold_figures(), counting.fold_check_ins()) == (0, 0)
        assert (SoldOnDay.objects.count(), BookedOnDay.objects.count(), sum(InsideCount.objects.values_list("people", flat=True))) == rows
        assert differences() == []

    def test_what_was_counted_and_is_taken_back_is_taken_off(self, sold):
        add_up(now=sold.clock)
        for step in ("refunds", "is_sent_out", "enters"):
            sold.do(step, 3)
            assert differences() == [], step
        add_up(now=sold.clock)
        assert differences() == []

    def test_it_is_done_in_small_steps(self, sold):
        left = LedgerEntry.objects.count() + Receipt.objects.count() + Order.objects.count() + OrderLine.objects.exclude(reverses=None).count()
        assert folding.fold_figures(at_once=1) == left
        assert differences() == []

    def test_associations_are_kept_apart(self, sold):
        assert set(SoldOnDay.objects.values_list("organization", flat=True)) <= {sold.world.organization.pk}
        assert figures.booked_by_account(organization_id=sold.world.other.pk, first=NOW.date(), last=OPENING.date()) == {}


@pytest.mark.django_db
class TestPlanted:
    """Each of these mistakes makes a figure differ from the plain sum."""

    def test_reading_only_what_is_folded(self, sold, monkeypatch):
        sql = "SELECT event_id, day, product_id, kind, units, amount FROM sales_soldonday WHERE event_id = ANY(%(events)s)"
        monkeypatch.setattr(figures, "_BY_DAY", sql)
        assert any("sold by day" in one for one in differences())

    def test_counting_without_a_mark(self, sold, monkeypatch):
        monkeypatch.setattr(folding, "FOLDS", [sql.replace("SET counted = true", "SET counted = false") for sql in folding.FOLDS])
        with connection.cursor() as cursor:
            for statement in folding.FOLDS:
                cursor.execute(statement, [100])
        found = differences()
        assert any("sold by day" in one for one in found) and any("booked" in one for one in found)

    def test_marking_without_counting(self, sold):
        Order.objects.update(counted=True)
        assert any("sold by day" in one for one in differences())
        LedgerEntry.objects.update(counted=True)
        assert any("money" in one for one in differences())

    def test_a_check_in_that_was_undone_stays_counted(self, sold):
        add_up(now=sold.clock)
        CheckIn.objects.filter(undone_at=None).update(undone_at=sold.clock, undo_reason="x", counted=False)
        assert any("inside" in one for one in differences())

    def test_a_line_that_changes_after_it_was_counted(self, sold):
        add_up(now=sold.clock)
        OrderLine.objects.filter(reverses=None, amount__gt=0).update(amount=1)
        assert any("sold by day" in one for one in differences())


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """A fold that is not finished is not seen, and does not keep a buyer waiting."""

    def other(self, owner_connection, *statements: str):
        owner_connection.autocommit = False
        for statement in statements:
            owner_connection.execute(statement, [100])

    def test_a_reader_sees_all_or_nothing_and_a_sale_goes_on(self, world, now, owner_connection):
        sold = Convention(world)
        sold.do("buys", 0)
        sold.do("orders_only", 0)
        self.other(owner_connection, *folding.FOLDS)
        assert SoldOnDay.objects.count() == 0 and differences() == []
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        sold.do("buys", 1)
        sold.do("pays", 0)
        assert differences() == []
        owner_connection.commit()
        assert SoldOnDay.objects.count() > 0 and differences() == []
        add_up(now=sold.clock)
        assert differences() == []

    def test_planted_marking_first_and_adding_later(self, world, now, owner_connection):
        sold = Convention(world)
        sold.do("buys", 0)
        self.other(owner_connection)
        owner_connection.execute("UPDATE sales_order SET counted = true")
        owner_connection.commit()
        assert any("sold by day" in one for one in differences())
