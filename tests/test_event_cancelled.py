"""Calling an event off: everybody is told once, nobody pays or comes in any more, and the money goes back, once."""

from dataclasses import replace

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conbillet.catalogue.actions.cancel_event import cancel_event
from conbillet.catalogue.models import Quota
from conbillet.core import clock
from conbillet.mail.models import OutgoingMail
from conbillet.payments import invariants
from conbillet.payments.models import Dispute, Payment, Refund
from conbillet.sales.actions.add_to_cart import CannotAddToCart, Wish
from conbillet.sales.models import EventRefund, Order, Receipt
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.tickets.queries import without_network
from conbillet.tickets.refusals import EventCalledOff
from conbillet.workflows import event_refunds
from conbillet.workflows.event_cancellation import event_cancelled
from conbillet.workflows.event_refunds import CannotStart, NothingToGiveBack, OtherAmount, give_back, start_event_refund
from conbillet.workflows.money_back import BY_HAND, DISPUTED, USED, given_back, money_back
from conbillet.workflows.transfers import confirm_received
from tests.jobs import announced, run_jobs
from tests.login import log_in
from tests.purchases import BO, cart_with, order_of, paid_order, pay_for


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def wish(world) -> Wish:
    world.event.door_allowed = world.event.transfer_allowed = True
    world.event.save()
    return Wish(world.adult.pk, 1)


def call_off(world, now) -> None:
    cancel_event(event=world.event, actor=world.actor(world.owner), now=now)
    world.event.refresh_from_db()


def start(world, now, **choice) -> EventRefund:
    choice = {"dues": False, "donations": False, **choice}
    amount = money_back(event=world.event, **choice).amount
    return start_event_refund(event=world.event, amount=amount, actor=world.actor(world.owner), now=now, **choice)


def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo'")


def work(limit: int = 50) -> int:
    """Run the giving back to its end without calling Stripe; returns how many jobs it took."""
    done = 0
    while jobs := [ids for name, ids in announced() if name == "event_refund"]:
        forget_jobs()
        give_back(**jobs[0])
        done += 1
        assert done < limit
    return done


def test_unpaid_orders_end_and_paid_ones_stay(world, now, wish):
    paid, waiting = paid_order(world, now, wish), order_of(world, now, wish, method="door")
    call_off(world, now)
    assert "event_cancelled" in run_jobs()
    event_cancelled(event=world.event.pk)  # once more changes nothing
    assert {order.pk: order.state for order in Order.objects.all()} == {paid.pk: "paid", waiting.pk: "cancelled"}
    quota = Quota.objects.get(pk=world.people.pk)
    assert (quota.sold, quota.held) == (1, 0)
    with pytest.raises(CannotAddToCart):
        cart_with(world, now, wish)


class TestLetters:
    def told(self, world, now) -> dict[str, str]:
        run_jobs()
        mail.outbox.clear()
        call_off(world, now)
        run_jobs()
        event_cancelled(event=world.event.pk)
        run_jobs()
        return {
            message.to[0] + str(number): f"{message.subject}\n{message.body}"
            for number, message in enumerate(mail.outbox)
        }

    def test_everybody_with_a_live_order_is_told_once(self, world, now, wish):
        paid_order(world, now, wish, Wish(world.adult.pk, 1), Wish(world.membership.pk, 1))
        order_of(world, now, wish, method="door", people=(BO,))
        ended = order_of(world, now, wish, people=(replace(BO, email="gone@example.com"),))
        Order.objects.filter(pk=ended.pk).update(state="expired")
        told = sorted(self.told(world, now).items())
        assert [to[:-1] for to, _text in told] == ["ada@example.com", "bo@example.com", "bo@example.com"]
        ada = told[0][1]
        for expected in (
            "Fastaval 2026 er aflyst",
            "Du har betalt 750,00 kr.",
            "til det kort",
            "medlemskab fortsætter",
        ):
            assert expected in ada, expected
        bos = "\n".join(text for to, text in told[1:])
        assert "Ada Lund, som købte den" in bos and "du skal ikke betale noget" in bos
        assert "ikke betalt i tide" not in bos and "nåede ikke frem" not in bos

    def test_in_their_language_and_about_a_transfer(self, world, now, wish):
        order = order_of(world, now, wish, method="transfer")
        Order.objects.filter(pk=order.pk).update(language="en")
        confirm_received(order=order, amount=40000, actor=world.actor(world.owner), now=now)
        (text,) = self.told(world, now).values()
        assert "Fastaval 2026 is called off" in text and "answer this mail with the number of your account" in text

    def test_planted_a_key_that_is_not_kept_writes_twice(self, world, now, wish, monkeypatch):
        from conbillet.workflows import event_cancellation

        def careless(*, order, now):
            keys = OutgoingMail.objects.filter(about=order.reference).count()
            event_cancellation.queue_order_mail(kind="event_cancelled", order=order, now=now, again=str(keys))

        from conbillet.workflows.notifications.queueing import queue_order_mail

        monkeypatch.setattr(event_cancellation, "queue_order_mail", queue_order_mail, raising=False)
        monkeypatch.setattr(event_cancellation, "queue_event_cancelled", careless)
        paid_order(world, now, wish)
        assert len(self.told(world, now)) == 2


def test_late_money_goes_back_and_is_not_admitted(world, now, wish):
    order = order_of(world, now, wish)
    call_off(world, now)
    run_jobs()
    mail.outbox.clear()
    pay_for(order, now)
    order.refresh_from_db()
    assert order.state == "cancelled" and not Ticket.objects.exists()
    assert Refund.objects.get().reason == "late_money"
    forget = [ids for name, ids in announced() if name == "mail_waiting"]
    assert forget and OutgoingMail.objects.filter(kind="late_money").count() == 1


class TestDoor:
    def test_nobody_is_let_in_and_the_crew_hear_why(self, world, now, wish):
        paid_order(world, now, wish)
        ticket = Ticket.objects.get()
        call_off(world, now)
        with pytest.raises(EventCalledOff) as refusal:
            check_in(event=world.event, code=ticket.reference, actor=world.actor(world.owner), device="x", now=now)
        assert refusal.value.reason == "event_cancelled" and not CheckIn.objects.exists()
        assert [state for _ref, _gen, state, _day in without_network(event=world.event)] == ["void"]


    def test_the_doors_page_says_so(self, client, world, now, wish):
        crew = log_in(client, world.door_crew)
        assert "Ingen bliver lukket ind" not in crew.get("/door/alea/fastaval/").content.decode()
        call_off(world, now)
        page = crew.get("/door/alea/fastaval/")
        assert page.status_code == 200 and "Ingen bliver lukket ind" in page.content.decode()


class TestMoneyBack:
    def test_each_order_once_with_dues_and_donations_left_out(self, world, now, wish):
        orders = [paid_order(world, now, wish, Wish(world.membership.pk, 1)) for _ in range(3)]
        call_off(world, now)
        forget_jobs()
        found = money_back(event=world.event, dues=False, donations=False)
        assert (len(found.due), found.amount, found.left_out) == (3, 82500, ())
        start(world, now)
        start_event_refund(
            event=world.event, dues=False, donations=False, amount=1, actor=world.actor(world.owner), now=now
        )
        assert EventRefund.objects.count() == 1  # a second press only wakes the worker
        work()
        assert sorted(Refund.objects.values_list("amount", "reason")) == [(27500, "cancelled_event")] * 3
        assert Refund.objects.values("payment").distinct().count() == 3
        assert Receipt.objects.filter(kind="credit_note").count() == 3
        assert {order.state for order in Order.objects.filter(pk__in=[order.pk for order in orders])} == {"paid"}
        assert EventRefund.objects.get().finished_at == now
        given = given_back(event=world.event)
        assert (given.orders, given.amount, given.on_their_way, given.failed) == (3, 82500, 3, ())
        with pytest.raises(NothingToGiveBack):
            start(world, now)
        assert invariants.complaints() == []

    def test_dues_by_choice(self, world, now, wish):
        order = paid_order(world, now, wish, Wish(world.membership.pk, 1))
        call_off(world, now)
        start(world, now, dues=True)
        work()
        order.refresh_from_db()
        assert Refund.objects.get().amount == 35000 and order.state == "cancelled"

    def test_in_batches_and_again_after_a_kill(self, world, now, wish, monkeypatch):
        for _ in range(5):
            paid_order(world, now, wish)
        call_off(world, now)
        forget_jobs()
        monkeypatch.setattr(event_refunds, "BATCH", 2)
        run = start(world, now)
        real, calls = event_refunds.refund_lines, []

        def killed(**arguments):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return real(**arguments)

        monkeypatch.setattr(event_refunds, "refund_lines", killed)
        with pytest.raises(KeyboardInterrupt):
            give_back(run=run.pk)
        assert Refund.objects.count() == 1
        assert work() == 2  # the job that was announced is run anew, and announces the next one
        assert Refund.objects.count() == 5 and EventRefund.objects.get().finished_at
        give_back(run=run.pk)
        assert Refund.objects.count() == 5 and invariants.complaints() == []

    def test_what_needs_a_human_being_is_left_and_listed(self, world, now, wish):
        transfer = order_of(world, now, wish, method="transfer")
        confirm_received(order=transfer, amount=40000, actor=world.actor(world.owner), now=now)
        disputed, used, good = (paid_order(world, now, wish) for _ in range(3))
        Dispute.objects.create(
            organization=world.organization, payment=Payment.objects.get(about=disputed.reference), provider_dispute="dp_1",
            amount=40000, status="needs_response", opened_at=now,
        )  # fmt: skip
        ticket = Ticket.objects.get(line__order=used)
        CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=now)
        call_off(world, now)
        start(world, now)
        work()
        assert Refund.objects.get().payment.about == good.reference
        left = money_back(event=world.event, dues=False, donations=False)
        assert not left.due
        assert {one.reference: one.why_not for one in left.left_out} == {
            transfer.reference: BY_HAND,
            disputed.reference: DISPUTED,
            used.reference: USED,
        }

    def test_refused_without_an_end_and_with_another_amount(self, world, now, wish):
        paid_order(world, now, wish)
        with pytest.raises(CannotStart):
            start(world, now)
        call_off(world, now)
        with pytest.raises(OtherAmount):
            start_event_refund(
                event=world.event, dues=False, donations=False, amount=39999, actor=world.actor(world.owner), now=now
            )
        assert not EventRefund.objects.exists()

    def test_as_many_statements_for_one_order_as_for_three(self, world, now, wish):
        counts = []
        for more in (1, 2):
            for _ in range(more):
                paid_order(world, now, wish)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                money_back(event=world.event, dues=False, donations=False)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_planted_without_asking_what_is_left_money_goes_back_twice(self, world, now, wish, monkeypatch):
        """The reversal of a line is what makes it "not due": without looking at it, the second run would pay again."""
        order = paid_order(world, now, wish)
        call_off(world, now)
        run = start(world, now)
        work()
        EventRefund.objects.filter(pk=run.pk).update(finished_at=None, reached=0)
        give_back(run=run.pk)
        assert Refund.objects.count() == 1

        def careless(*, order, lines, reason, actor, now):
            payment = Payment.objects.get(about=order.reference)
            Payment.objects.filter(pk=payment.pk).update(captured_amount=80000)
            event_refunds.refund_lines.asked(
                payment=payment, amount=40000, reason=reason, about="again", actor=actor, now=now
            )

        from conbillet.payments.actions.request_refund import request_refund

        careless.asked = request_refund
        monkeypatch.setattr(event_refunds, "refund_lines", careless)
        due = money_back(event=world.event, dues=False, donations=False)
        one = type("Due", (), {"order_id": order.pk})
        monkeypatch.setattr(event_refunds, "money_back", lambda **_: replace(due, due=(one,)))
        EventRefund.objects.filter(pk=run.pk).update(finished_at=None, reached=0)
        give_back(run=run.pk)
        assert Refund.objects.count() == 2
