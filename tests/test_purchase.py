"""The main journey, below the pages: from a cart to tickets, and every branch of it."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection

from conbillet.core import audit
from conbillet.core.actor import ANONYMOUS
from conbillet.core.models import AuditEntry
from conbillet.memberships.models import Membership
from conbillet.payments.models import LedgerEntry, Payment, Refund
from conbillet.sales.actions.add_to_cart import Wish, add_to_cart
from conbillet.sales.actions.cancel_order import CannotCancel, cancel_order
from conbillet.sales.actions.place_order import (
    AlreadyOrdered,
    AmountChanged,
    MethodNotOffered,
    NoLongerForSale,
    PersonMissing,
    PlacesGone,
    TooMuch,
    WrongAge,
)
from conbillet.sales.models import Hold, Order, Receipt
from conbillet.sales.stock import release_expired
from conbillet.tickets.models import Ticket
from conbillet.workflows import purchase
from conbillet.workflows.purchase import place_order

from .jobs import announced, run_jobs
from .purchases import ACCEPTED, ADA, cart_with, details_for, order_of, paid_order, pay_for


def buy(world, now, cart, details):
    return place_order(cart=cart, details=details, accepted=ACCEPTED, actor=ANONYMOUS, now=now)


def everything(world):
    return [
        Wish(world.adult.pk, 2),
        Wish(world.membership.pk, 1),
        Wish(world.bed.pk, 1),
        Wish(world.shirt.pk, 1, world.sizes["M"].pk),
        Wish(world.donation.pk, 1, amount=5000),
    ]


def test_a_purchase_for_two_with_everything(world, now):
    order = paid_order(world, now, *everything(world))
    assert order.state == Order.State.PAID
    amounts = [(line.kind, line.audience, line.amount) for line in order.lines.order_by("position")]
    assert amounts == [
        ("ticket", "member", 27500),
        ("ticket", "ordinary", 40000),
        ("membership", "ordinary", 7500),
        ("sleeping", "ordinary", 20000),
        ("merchandise", "ordinary", 15000),
        ("donation", "ordinary", 5000),
    ]
    assert order.amount == 115000
    world.people.refresh_from_db()
    world.beds.refresh_from_db()
    assert (world.people.sold, world.people.held, world.beds.sold) == (2, 0, 1)
    assert Ticket.objects.filter(line__order=order).count() == 3
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 0
    assert dict(LedgerEntry.objects.values_list("account", "amount")) == {
        "provider": 115000,
        "sales": -102500,
        "dues": -7500,
        "donations": -5000,
    }
    membership = Membership.objects.get()
    assert (membership.member.name, membership.dues_amount, membership.period_to.isoformat()) == (
        "Ada Lund",
        7500,
        "2026-12-31",
    )
    assert Receipt.objects.get().number == 1


def test_the_buyer_and_the_other_holder_each_get_one_mail(world, now):
    order = paid_order(world, now, *everything(world))
    pay_for(order, now)
    run_jobs()
    assert sorted(message.to[0] for message in mail.outbox) == ["ada@example.com", "bo@example.com"]
    confirmation = next(message for message in mail.outbox if message.to == ["ada@example.com"])
    assert "Ordrebekræftelse" in confirmation.subject
    assert "1.150,00 kr." in confirmation.body and "fortrydelsesret" in confirmation.body
    assert [name for name, content, _kind in confirmation.attachments if content.startswith(b"%PDF")] == [
        name for name, *_rest in confirmation.attachments
    ]
    assert len(confirmation.attachments) == 2
    assert "Ada Lund" in next(message for message in mail.outbox if message.to == ["bo@example.com"]).body


def test_confirming_twice_changes_nothing(world, now):
    order = paid_order(world, now, *everything(world))
    before = (
        Ticket.objects.count(),
        Receipt.objects.count(),
        LedgerEntry.objects.count(),
        AuditEntry.objects.count(),
        len(announced()),
    )
    pay_for(order, now + timedelta(minutes=1))
    assert (
        Ticket.objects.count(),
        Receipt.objects.count(),
        LedgerEntry.objects.count(),
        AuditEntry.objects.count(),
        len(announced()),
    ) == before


def test_an_order_for_nothing_is_paid_at_once(world, now):
    child = details = None
    cart = cart_with(world, now, Wish(world.child.pk, 1))
    child = type(ADA)(name="Carl Lund", birth_date=now.date().replace(year=2020))
    details = details_for(cart, child)
    order = buy(world, now, cart, details)
    assert (order.state, order.method, order.amount) == ("paid", "free", 0)
    assert Ticket.objects.count() == 1 and LedgerEntry.objects.count() == 0


def test_ordering_a_cart_twice_gives_the_same_order(world, now):
    cart = cart_with(world, now, Wish(world.adult.pk, 1))
    first = buy(world, now, cart, details_for(cart))
    with pytest.raises(AlreadyOrdered) as refusal:
        buy(world, now, cart, details_for(cart))
    assert refusal.value.order == first and Order.objects.count() == 1


def test_a_total_other_than_the_one_shown_is_shown_first(world, now):
    cart = cart_with(world, now, Wish(world.adult.pk, 1))
    with pytest.raises(AmountChanged) as refusal:
        buy(world, now, cart, details_for(cart, shown_amount=27500))
    assert refusal.value.quote.amount == 40000 and Order.objects.count() == 0
    assert buy(world, now, cart, details_for(cart, shown_amount=40000)).amount == 40000


@pytest.mark.parametrize(
    ("wishes", "people", "refusal"),
    [
        (
            lambda w: [Wish(w.adult.pk, 1)],
            (type(ADA)(name="Ung", birth_date=ADA.birth_date.replace(year=2012)),),
            WrongAge,
        ),
        (lambda w: [Wish(w.adult.pk, 1)], (type(ADA)(name="Ukendt"),), WrongAge),
        (lambda w: [Wish(w.adult.pk, 2)], (ADA,), PersonMissing),
        (lambda w: [Wish(w.adult.pk, 1)], (type(ADA)(name="", birth_date=ADA.birth_date),), PersonMissing),
        (lambda w: [Wish(w.bed.pk, 1)], (ADA,), TooMuch),
    ],
)
def test_refusals_store_nothing(world, now, wishes, people, refusal):
    cart = cart_with(world, now, *wishes(world))
    with pytest.raises(refusal):
        buy(world, now, cart, details_for(cart, *people))
    assert not Order.objects.exists() and not Payment.objects.exists()
    assert Hold.objects.get(cart=cart).ended_at is None


def test_the_window_is_checked_again_inside(world, now):
    cart = cart_with(world, now, Wish(world.adult.pk, 1))
    with pytest.raises(NoLongerForSale):
        buy(world, world.event.sales_close_at, cart, details_for(cart))


def test_a_way_to_pay_that_the_event_does_not_offer_is_refused(world, now):
    cart = cart_with(world, now, Wish(world.adult.pk, 1))
    for method in ("transfer", "door", "free", "gold"):
        with pytest.raises(MethodNotOffered):
            buy(world, now, cart, details_for(cart, method=method))


def test_an_expired_hold_is_taken_again_while_there_are_places(world, now):
    cart = cart_with(world, now, Wish(world.day.pk, 10))
    later = now + timedelta(hours=2)
    release_expired(now=later)
    taken = cart_with(world, later, Wish(world.day.pk, 1))
    with pytest.raises(PlacesGone):
        buy(world, later, cart, details_for(cart, *([ADA] * 10)))
    assert buy(world, later, taken, details_for(taken)).state == "awaiting_payment"


def test_a_cart_whose_hold_ran_out_becomes_one_order_that_can_be_paid(world, now):
    cart = cart_with(world, now, Wish(world.day.pk, 1))
    later = now + timedelta(hours=2)
    release_expired(now=later)
    order = buy(world, later, cart, details_for(cart))
    with pytest.raises(AlreadyOrdered):
        buy(world, later, cart, details_for(cart))
    assert Hold.objects.get(order=order).ended_at is None
    assert pay_for(order, later).state == "paid"


def test_late_money_is_admitted_again_while_places_are_left(world, now):
    order = order_of(world, now, Wish(world.bed.pk, 1), Wish(world.adult.pk, 1))
    later = now + timedelta(hours=3)
    release_expired(now=later)
    order.refresh_from_db()
    assert order.state == "expired"
    assert pay_for(order, later).state == "paid"
    world.beds.refresh_from_db()
    assert (world.beds.sold, world.beds.held) == (1, 0)


def test_late_money_goes_back_when_the_places_are_gone(world, now):
    order = order_of(world, now, Wish(world.bed.pk, 1), Wish(world.adult.pk, 1))
    later = now + timedelta(hours=3)
    paid_order(world, later, Wish(world.bed.pk, 2), Wish(world.adult.pk, 2))
    pay_for(order, later, provider_payment="pi_late")
    order.refresh_from_db()
    assert order.state == "expired"
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason) == (60000, "late_money")
    assert not Ticket.objects.filter(line__order=order).exists()
    assert "mail_waiting" in [fact for fact, _ids in announced()]
    world.beds.refresh_from_db()
    assert (world.beds.sold, world.beds.held) == (2, 0)


def test_cancelling_gives_the_places_back_and_paid_orders_refuse(world, now):
    order = order_of(world, now, Wish(world.adult.pk, 1))
    cancel_order(order=order, reason="", actor=ANONYMOUS, now=now)
    world.people.refresh_from_db()
    assert (world.people.held, world.people.sold) == (0, 0)
    with pytest.raises(CannotCancel):
        cancel_order(order=paid_order(world, now, Wish(world.adult.pk, 1)), reason="", actor=ANONYMOUS, now=now)


def test_receipts_are_numbered_without_gaps_also_after_a_failure(world, now, monkeypatch):
    paid_order(world, now, Wish(world.adult.pk, 1))
    order = order_of(world, now, Wish(world.adult.pk, 1))
    with monkeypatch.context() as patch:
        original = purchase.issue_receipt

        def fails_after(**arguments):
            original(**arguments)
            raise RuntimeError("the worker died")

        patch.setattr(purchase, "issue_receipt", fails_after)
        with pytest.raises(RuntimeError):
            pay_for(order, now)
    order.refresh_from_db()
    assert order.state == "awaiting_payment"
    pay_for(order, now)
    assert list(Receipt.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


@pytest.mark.asvs("16.2.1")
def test_every_state_change_has_its_audit_entry_and_the_chain_verifies(world, now):
    paid_order(world, now, *everything(world))
    assert [entry.action for entry in AuditEntry.objects.order_by("id")] == ["order_placed", "order_paid"]
    assert audit.details_of(AuditEntry.objects.get(action="order_paid"))["amount"] == 115000
    assert audit.seal_entries() == 2 and audit.seal_entries() == 0
    assert audit.broken_seals(world.organization.pk) == []


@pytest.mark.django_db(transaction=True)
def test_a_doubled_confirmation_on_two_threads_issues_one_set_of_tickets(world, now):
    order = order_of(world, now, *everything(world))
    gate = threading.Barrier(2)

    def confirm():
        gate.wait()
        pay_for(order, now, provider_payment="pi_1")
        connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Ticket.objects.count() == 3 and Receipt.objects.count() == 1


def test_planted_without_the_look_at_the_state_a_double_is_caught_by_the_database(world, now, monkeypatch):
    """The twin: a confirmation that does not see that it has been is stopped by the unique ticket, and stores nothing."""
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    monkeypatch.setattr(purchase, "is_confirmed", lambda payment: False)
    with pytest.raises(IntegrityError):
        pay_for(order, now)
    world.people.refresh_from_db()
    assert (Ticket.objects.count(), Receipt.objects.count(), world.people.sold) == (1, 1, 1)


def test_no_cart_line_of_another_event_can_be_put_in(world, now):
    from tests.cast import make_event, make_product

    other = make_event(world.other, "other")
    foreign = make_product(other, "ticket", "Foreign", 100)
    from conbillet.sales.actions.add_to_cart import UnknownProduct

    with pytest.raises(UnknownProduct):
        add_to_cart(event=world.event, cart=None, wishes=[Wish(foreign.pk, 1)], language="da", now=now)
