"""The dashboards add up, compare with last year, say what needs somebody, and ask few questions."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.models import RoleKind
from conbillet.payments.models import Dispute, Payment
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.figures import sold_by_day, sold_by_event
from conbillet.sales.models import Order
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.workflows.refunds import refund_lines
from tests.cast import make_event, make_product
from tests.login import log_in
from tests.purchases import order_of, paid_order

from .test_orders import copies, text_of, with_role

pytestmark = pytest.mark.django_db

HOME, FIGURES = "/office/alea/", "/office/alea/events/fastaval/figures/"


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))


@pytest.fixture
def owner(client, world) -> Client:
    return log_in(client, world.owner)


@pytest.fixture
def order(world, now) -> Order:
    return paid_order(world, now, Wish(world.adult.pk, 2), Wish(world.membership.pk, 1), Wish(world.shirt.pk, 1, world.sizes["M"].pk))


class TestWho:
    def test_strangers_crew_and_anonymous(self, client, world):
        assert client.get(FIGURES).status_code == 302
        assert log_in(client, world.stranger).get(FIGURES).status_code == 404
        client.logout()
        assert log_in(client, world.door_crew).get(FIGURES).status_code == 403

    def test_another_associations_event(self, client, world):
        assert log_in(client, world.stranger).get("/office/hyggecon/events/fastaval/figures/").status_code == 404

    def test_wrong_verb(self, owner, world):
        assert owner.post(FIGURES).status_code == owner.post(HOME).status_code == 405

    def test_money_is_hidden_from_those_who_only_read(self, client, world, order):
        someone = with_role(client, world, RoleKind.READ_ONLY)
        for url in (HOME, FIGURES):
            page = someone.get(url)
            assert page.status_code == 200
            assert "900,00" not in text_of(page) or url == HOME  # the newest orders show their own amounts
        context = someone.get(FIGURES).context["figures"]
        assert context.money is None and context.bars.unit == "" and context.tickets == 2
        assert someone.get(HOME).context["overview"].money is None


class TestFigures:
    def test_add_up(self, owner, world, order, now):
        order_of(world, now, Wish(world.adult.pk, 1))
        figures = owner.get(FIGURES).context["figures"]
        assert (figures.tickets, figures.days_left, figures.inside) == (2, 31, None)
        assert (figures.money.captured, figures.money.card, figures.dues) == (90000, 90000, 7500)
        assert (figures.awaiting_orders, figures.awaiting_amount) == (1, 40000)
        units = {row.product.name_da: (row.units, row.amount) for row in figures.products}
        assert units["Adult, all days"] == (2, 67500) and units["T-shirt"] == (1, 15000) and units["Child 0-14"] == (0, 0)
        text = text_of(owner.get(FIGURES))
        assert "2 af 10 + 1 i en kurv" in text and "900,00 kr." in text

    def test_refunds_count_on_the_day_they_were_made(self, world, order, now):
        refund_lines(order=order, lines=list(order.lines.filter(position=1)), reason="requested", actor=world.actor(world.owner), now=now + timedelta(days=2))
        rows = [row for row in sold_by_day(event_ids=[world.event.pk]) if row.product_id == world.adult.pk]
        assert sorted((row.day, row.units, row.amount) for row in rows) == [(date(2026, 3, 1), 2, 67500), (date(2026, 3, 3), -1, -27500)]
        assert sold_by_event(event_ids=[world.event.pk])[world.event.pk].tickets == 1

    def test_days_are_copenhagens(self, world, order):
        Order.objects.filter(pk=order.pk).update(paid_at="2026-03-28T23:30:00Z")  # half an hour into the 29th, the day the clocks change
        assert {row.day for row in sold_by_day(event_ids=[world.event.pk])} == {date(2026, 3, 29)}

    def test_nothing_is_sold_yet(self, owner, world):
        assert "ikke solgt noget endnu" in text_of(owner.get(FIGURES))

    def test_beside_last_years_by_days_before_the_first_day(self, owner, world, order, now):
        last = make_event(world.organization, "fastaval-2025", name="Fastaval 2025", state=Event.State.CLOSED, starts_on=date(2025, 4, 1), ends_on=date(2025, 4, 5))
        ticket = make_product(last, "ticket", "Adult", 35000)
        for days_before, tickets in ((40, 1), (31, 2), (10, 4)):
            for _ in range(tickets):
                old = Order.objects.create(
                    organization=world.organization, event=last, reference=f"OLD{Order.objects.count():09d}", access_key="x", method="card", amount=35000,
                    state="paid", placed_at=now, paid_at=clock.day_start(date(2025, 4, 1) - timedelta(days=days_before)),
                )  # fmt: skip
                old.lines.create(organization=world.organization, position=1, kind="ticket", product=ticket, text="x", amount=35000, vat_code="not_registered", added_at=now)
        figures = owner.get(FIGURES).context["figures"]
        assert figures.tickets_then == 3
        labels, (this, then) = figures.curve.labels, figures.curve.series
        at = dict(zip(labels, then[1], strict=True))
        assert (at["40"], at["31"], at["11"], at["0"]) == (1, 3, 3, 7)
        assert this[0] == "Fastaval 2026" and labels[len(this[1]) - 1] == "31" and this[1][-1] == 2
        assert "3 på samme tid til Fastaval 2025" in text_of(owner.get(FIGURES))

    def test_check_ins_once_it_has_begun(self, owner, world, order, now, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=32))
        for ticket in Ticket.objects.filter(admits=True):
            CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=now)
        CheckIn.objects.filter(ticket=Ticket.objects.first()).update(undone_at=now, undo_reason="x")
        assert owner.get(FIGURES).context["figures"].inside == 1

    def test_queries_do_not_grow(self, owner, world, order):
        def queries(url: str) -> int:
            owner.get(url)
            with CaptureQueriesContext(connection) as captured:
                owner.get(url)
            return len(captured)

        before = queries(HOME), queries(FIGURES)
        copies(order, 2)
        assert (queries(HOME), queries(FIGURES)) == before
        copies(order, 197)
        for number in range(3):
            make_event(world.organization, f"con-{number}", starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 2))
        assert queries(HOME) == before[0]


class TestAttention:
    def test_transfers_close_to_their_date(self, owner, world, now, monkeypatch):
        world.event.transfer_allowed = True
        world.event.save()
        order_of(world, now, Wish(world.adult.pk, 1), method="transfer")
        assert "bankoverførsel" not in text_of(owner.get(FIGURES)).lower().replace("bankoverførsler", "")
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=6))
        assert "1 bankoverførsel skal være kommet inden tre dage" in text_of(owner.get(FIGURES))
        assert "1 bankoverførsel skal være kommet inden tre dage" in text_of(owner.get(HOME))

    def test_disputes_and_refunds_under_way(self, owner, world, order, now):
        payment = Payment.objects.get(about=order.reference)
        Dispute.objects.create(organization=world.organization, payment=payment, provider_dispute="dp_1", amount=90000, status="needs_response", opened_at=now)
        refund_lines(order=order, lines=list(order.lines.filter(position=4)), reason="requested", actor=world.actor(world.owner), now=now)
        for url in (HOME, FIGURES):
            text = text_of(owner.get(url))
            assert "1 betaling har fået indsigelse" in text and "1 tilbagebetaling er på vej" in text
        for state in ("disputed", "refunding", "refunded"):
            assert [row.order for row in owner.get("/office/alea/orders/", {"state": state}).context["rows"]] == [order], state
        assert "gør indsigelse" in text_of(owner.get(f"/office/alea/orders/{order.reference}/"))

    def test_a_role_without_money_sees_no_disputes(self, client, world, order, now):
        payment = Payment.objects.get(about=order.reference)
        Dispute.objects.create(organization=world.organization, payment=payment, provider_dispute="dp_1", amount=90000, status="needs_response", opened_at=now)
        assert "indsigelse" not in text_of(with_role(client, world, RoleKind.READ_ONLY).get(HOME))


def test_the_overview_in_english(owner, order):
    assert "Newest orders" in text_of(owner.get(HOME, {"lang": "en"}))
