"""Refunds from the office: chosen, shown with every effect, done once; and what the preview says is what happens."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from conbillet.catalogue.models import Quota
from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.core.references import pretty
from conbillet.memberships.models import Membership
from conbillet.organizations.models import RoleKind
from conbillet.payments import invariants
from conbillet.payments.actions.record_outside_refund import record_outside_refund
from conbillet.payments.models import Payment, Refund
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, OrderLine, Receipt
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.workflows import refunds
from conbillet.workflows.refund_preview import preview_refund
from conbillet.workflows.refunds import AlreadyRefunded, refund_lines
from conbillet.workflows.transfers import confirm_received
from tests.jobs import announced, run_jobs
from tests.login import log_in
from tests.purchases import order_of, paid_order

from .test_orders import text_of, url_of, with_role


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))


def everything(world) -> list[Wish]:
    return [Wish(world.adult.pk, 2), Wish(world.membership.pk, 1), Wish(world.bed.pk, 1), Wish(world.shirt.pk, 1, world.sizes["M"].pk)]


@pytest.fixture
def order(world, now) -> Order:
    return paid_order(world, now, *everything(world))


@pytest.fixture
def treasurer(client, world) -> Client:
    return with_role(client, world, RoleKind.TREASURER)


def press(client: Client, order: Order, *positions: int, follow: bool = False, **rest):
    return client.post(url_of(order, "refund/"), {"line": positions, "reason": "requested", **rest}, follow=follow)


@pytest.mark.django_db
class TestPages:
    def test_choose_look_and_press(self, treasurer, world, order):
        run_jobs()
        mail.outbox.clear()
        assert "Adult, all days" in text_of(treasurer.get(url_of(order, "refund/")))
        preview = text_of(treasurer.get(url_of(order, "refund/"), {"line": [1, 3]}))
        for expected in ("350,00 kr.", "kreditnota", "Medlemskabet for Ada Lund", "1 × People in the house", "Resten af ordren", "5 til 10 dage"):
            assert expected in preview, expected
        assert pretty(Ticket.objects.get(line__position=1).reference) in preview
        assert not Refund.objects.exists()
        answer = press(treasurer, order, 1, 3, follow=True)
        assert "350,00 kr. er tilbagebetalt med kreditnota 2." in text_of(answer)
        refund = Refund.objects.get()
        assert (refund.amount, refund.state) == (35000, "requested")
        assert [fact for fact, _ids in announced()] == ["refund_requested"]  # the worker calls Stripe, the page does not
        assert AuditEntry.objects.get(action="order_refunded").actor_role == "treasurer"
        assert "Delvist refunderet" in text_of(answer)

    def test_what_went_back_in_stripes_own_pages_is_said_and_credited(self, treasurer, order):
        payment = Payment.objects.get(about=order.reference)
        record_outside_refund(payment_id=payment.pk, provider_refund="re_outside", amount=order.amount, now=clock.now())
        assert "Der er sendt penge tilbage på Stripes egne sider" in text_of(treasurer.get(url_of(order, "refund/"), {"all": "1"}))
        refused = press(treasurer, order, 1, 2, 3, 4, 5)
        assert refused.status_code == 422 and "ikke så meget tilbage" in text_of(refused)
        assert not Ticket.objects.exclude(voided_at=None).exists()
        press(treasurer, order, 1, 2, 3, 4, 5, returned_already="on")
        order.refresh_from_db()
        assert order.state == Order.State.CANCELLED and not Ticket.objects.filter(voided_at=None).exists()
        assert Refund.objects.count() == 1 and invariants.complaints() == []

    def test_everything_that_is_left(self, treasurer, order):
        press(treasurer, order, 1)
        preview = treasurer.get(url_of(order, "refund/"), {"all": "1"})
        assert [line.position for line in preview.context["preview"].lines] == [2, 3, 4, 5]
        assert "så den slutter" in text_of(preview)
        press(treasurer, order, 2, 3, 4, 5)
        assert Order.objects.get(pk=order.pk).state == "cancelled"
        page = treasurer.get(url_of(order, "refund/"), follow=True)
        assert "ikke mere at tilbagebetale" in text_of(page)

    def test_a_double_click_refunds_once(self, treasurer, order):
        press(treasurer, order, 1)
        page = press(treasurer, order, 1, follow=True)
        assert "allerede refunderet" in text_of(page)
        assert Refund.objects.count() == 1 and Receipt.objects.filter(kind="credit_note").count() == 1

    def test_more_than_is_left(self, treasurer, order):
        Payment.objects.update(refunded_amount=100_000)  # refunded in Stripe's own pages, say
        page = press(treasurer, order, 1, 2, follow=True)
        assert 'class="notice bad"' in page.content.decode() and not Refund.objects.exists()
        assert not OrderLine.objects.filter(reverses__isnull=False).exists()

    def test_somebody_is_in_already(self, treasurer, world, order, now):
        ticket = Ticket.objects.get(line__position=1)
        CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=now)
        assert "Det er brugt" in text_of(treasurer.get(url_of(order, "refund/"), {"line": 1}))
        refused = press(treasurer, order, 1)
        assert refused.status_code == 422 and not Refund.objects.exists()
        assert press(treasurer, order, 1, even_if_used="on").status_code == 302
        assert Refund.objects.count() == 1

    def test_an_unpaid_order(self, treasurer, world, now):
        unpaid = order_of(world, now, Wish(world.adult.pk, 1))
        page = press(treasurer, unpaid, 1, follow=True)
        assert 'class="notice bad"' in page.content.decode() and not Refund.objects.exists()

    @pytest.mark.parametrize("line", ["", "0", "-1", "999", "x", "1e9", "1" * 40, "٣"])
    def test_nonsense_lines(self, treasurer, order, line):
        page = press(treasurer, order, line, follow=True)
        assert "Vælg mindst én linje" in text_of(page) and not Refund.objects.exists()

    def test_a_reversal_cannot_be_refunded(self, treasurer, order):
        press(treasurer, order, 1)
        press(treasurer, order, 6)
        assert Refund.objects.count() == 1

    @pytest.mark.parametrize("reason", ["", "late_money", "because"])
    def test_only_the_reasons_that_are_offered(self, treasurer, order, reason):
        assert press(treasurer, order, 1, reason=reason).status_code == 422 and not Refund.objects.exists()

    def test_by_hand_where_the_money_did_not_come_through_stripe(self, treasurer, world, now):
        world.event.transfer_allowed = True
        world.event.save()
        order = order_of(world, now, Wish(world.adult.pk, 1), method="transfer")
        confirm_received(order=order, amount=40000, actor=world.actor(world.owner), now=now)
        assert "I betaler selv" in text_of(treasurer.get(url_of(order, "refund/"), {"line": 1}))
        press(treasurer, order, 1)
        assert Refund.objects.get().state == "succeeded"

    def test_an_order_that_was_cancelled_paid_late_and_refunded(self, treasurer, world, now):
        """It ends twice; the second time must not stumble over the first."""
        world.event.transfer_allowed = True
        world.event.save()
        order = order_of(world, now, Wish(world.adult.pk, 1), method="transfer")
        treasurer.post(url_of(order, "cancel/"), {"reason": "Fortrudt"})
        treasurer.post(url_of(order, "received/"), {"amount": "400"})
        assert Order.objects.get(pk=order.pk).state == "paid"
        assert press(treasurer, order, 1, note="Syg").status_code == 302
        assert Order.objects.get(pk=order.pk).state == "cancelled" and order.cancellation.reason == "Syg"

    def test_of_another_association(self, client, world, order):
        stranger = log_in(client, world.stranger)
        assert press(stranger, order, 1).status_code == 404
        assert stranger.post(f"/office/hyggecon/orders/{order.reference}/refund/", {"line": 1, "reason": "requested"}).status_code == 404
        assert not Refund.objects.exists()

    def test_wrong_verb(self, treasurer, order):
        assert treasurer.delete(url_of(order, "refund/")).status_code == 405


def effects(world, order: Order) -> dict:
    """What a refund changes, as numbers."""
    return {
        "refunded": sum(Refund.objects.values_list("amount", flat=True)),
        "tickets": Ticket.objects.filter(line__order=order, voided_at=None).count(),
        "memberships": Membership.objects.filter(ended_at=None).count(),
        "sold": {quota.name: quota.sold for quota in Quota.objects.filter(event=world.event)},
        "credit": sum(Receipt.objects.filter(kind="credit_note").values_list("amount", flat=True)),
        "vat": sum(Receipt.objects.filter(kind="credit_note").values_list("vat_amount", flat=True)),
        "open": Order.objects.get(pk=order.pk).state == "paid",
    }


def promised(before: dict, preview) -> dict:
    sold = dict(before["sold"])
    for place in preview.places:
        sold[place.name] -= place.units
    return {
        "refunded": before["refunded"] + preview.amount,
        "tickets": before["tickets"] - len(preview.tickets),
        "memberships": before["memberships"] - len(preview.memberships),
        "sold": sold,
        "credit": before["credit"] - preview.amount,
        "vat": before["vat"] - preview.vat_amount,
        "open": before["open"] and not preview.cancels_order,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", [(1,), (1, 2), (3,), (4, 5), (1, 2, 3, 4), (1, 2, 3, 4, 5)])
def test_what_the_preview_says_is_what_happens(world, order, now, chosen):
    lines = list(order.lines.filter(position__in=chosen))
    before, preview = effects(world, order), preview_refund(order=order, lines=lines)
    refund_lines(order=order, lines=lines, reason="requested", actor=world.actor(world.owner), now=now)
    assert effects(world, order) == promised(before, preview)
    assert invariants.complaints() == []
    with pytest.raises(AlreadyRefunded):
        preview_refund(order=Order.objects.get(pk=order.pk), lines=lines)


@pytest.mark.django_db
def test_planted_a_refund_that_forgets_the_places_is_noticed(world, order, now, monkeypatch):
    monkeypatch.setattr(refunds, "give_back_stock", lambda **_: {})
    lines = list(order.lines.filter(position=1))
    before, preview = effects(world, order), preview_refund(order=order, lines=lines)
    refund_lines(order=order, lines=lines, reason="requested", actor=world.actor(world.owner), now=now)
    assert effects(world, order) != promised(before, preview)


def race(clients: list[Client], order: Order) -> list[int]:
    """Press the button at the same moment; returns the answers."""
    barrier, codes = threading.Barrier(len(clients)), []

    def go(client: Client) -> None:
        try:
            barrier.wait()
            codes.append(press(client, order, 1).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


@pytest.mark.django_db(transaction=True)
class TestRace:
    def test_two_refunds_of_the_same_line_at_once_give_one(self, world, now):
        order = paid_order(world, now, *everything(world))
        clients = [log_in(Client(), world.owner) for _ in range(4)]
        race(clients, order)
        assert Refund.objects.count() == 1 and Receipt.objects.filter(kind="credit_note").count() == 1
        assert invariants.complaints() == []
        world.people.refresh_from_db()
        assert world.people.sold == 1

    def test_planted_without_the_lock_the_database_still_refuses_a_second_reversal(self, world, now, monkeypatch):
        """The lock is taken out; then it is the unique reversal of a line that keeps the second refund out, with an error."""
        from conbillet.sales.models import Hold

        def unlocked(*, reference):
            found = Hold.objects.get(order__reference=reference)
            return Order.objects.get(reference=reference), found

        monkeypatch.setattr(refunds, "lock_order", unlocked)
        order = paid_order(world, now, *everything(world))
        clients = [log_in(Client(raise_request_exception=False), world.owner) for _ in range(4)]
        codes = race(clients, order)
        assert Refund.objects.count() == 1 and len(codes) == 4
        assert invariants.complaints() == []
