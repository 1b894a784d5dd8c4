"""A shop that takes real money from the fake Stripe: a running process, the real SDK, today's date."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from conbillet.config.jobs import HANDLERS
from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.demo.testing import FakeStripe
from conbillet.payments import invariants
from conbillet.payments.gateway import gateway
from conbillet.payments.models import Attempt, ConnectedAccount, Payment
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, OrderLine
from conbillet.tickets.models import Ticket
from conbillet.workflows import purchase
from tests.cast import World, make_world
from tests.jobs import announced
from tests.purchases import order_of

SECRET = "whsec_money"


@dataclass
class Shop:
    world: World
    stripe: FakeStripe
    account: ConnectedAccount
    now: datetime
    client: Client
    delivered: set[str] = field(default_factory=set)

    def order(self, *wishes: Wish, **details) -> Order:
        return order_of(self.world, self.now, *(wishes or (Wish(self.world.adult.pk, 1),)), **details)

    def checkout(self, order: Order, *, now: datetime | None = None) -> Attempt:
        purchase.pay(order=order, now=now or self.now)
        return Attempt.objects.get(payment__about=order.reference, state=Attempt.State.OPEN)

    def pay(self, order: Order, **how) -> dict:
        """The buyer pays at Stripe; nobody here knows it yet."""
        return self.stripe.pay(self.checkout(order).session, **how)["session"]

    def paid(self, *wishes: Wish, **details) -> Order:
        """A paid order whose confirmation is not sent: typesetting takes longer than all the rest."""
        order = self.order(*wishes, **details)
        self.pay(order)
        self.deliver()
        for name, ids in announced():
            if name == "provider_event":
                HANDLERS[name](**ids)
        forget_jobs()
        order.refresh_from_db()
        return order

    def payment(self, order: Order) -> Payment:
        return Payment.objects.get(about=order.reference)

    def lines(self, order: Order, kind: str) -> list[OrderLine]:
        return list(order.lines.filter(kind=kind, reverses=None).order_by("position"))

    def new_events(self) -> list[dict]:
        """What Stripe has to tell since the last time, oldest first."""
        events = [event for event in reversed(self.stripe.events()) if event["id"] not in self.delivered]
        self.delivered |= {event["id"] for event in events}
        return events

    def post(self, event: dict):
        body = json.dumps({key: value for key, value in event.items() if not key.startswith("_")}).encode()
        when = int(time.time())
        mark = hmac.new(SECRET.encode(), f"{when}.".encode() + body, hashlib.sha256).hexdigest()
        return self.client.post(
            "/hooks/stripe/", body, content_type="application/json", headers={"stripe-signature": f"t={when},v1={mark}"}
        )

    def deliver(self, *, times: int = 1, backwards: bool = False) -> None:
        events = self.new_events()
        for event in reversed(events) if backwards else events:
            for _ in range(times):
                assert self.post(event).status_code == 200

    def audited(self, action: str) -> int:
        return AuditEntry.objects.filter(action=action).count()

    def complaints(self) -> list[str]:
        """Every invariant of money, Stripe's charges against our payments (I5), and the tickets of paid orders (I4)."""
        found = invariants.complaints()
        charges = gateway().charges(account=self.account.stripe_account, since=self.now - timedelta(days=2))
        found += invariants.charges_match(organization_id=self.account.organization_id, charges=charges)
        for order in Order.objects.filter(state=Order.State.PAID):
            entitled = order.lines.filter(kind__in=["ticket", "day_ticket", "sleeping", "meal"], reverses=None).count()
            if Ticket.objects.filter(line__order=order).count() != entitled:
                found.append(f"order {order.reference} has not exactly one set of tickets")
        return found


def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def world(db, now) -> World:
    return make_world(now=now, first_day=clock.copenhagen_day(now + timedelta(days=60)))


@pytest.fixture
def shop(world: World, now: datetime, fake_stripe: FakeStripe, settings) -> Shop:
    forget_jobs()  # what an earlier test that commits has left
    settings.STRIPE_API_BASE = fake_stripe.url
    settings.STRIPE_SECRET_KEY = fake_stripe.secret_key
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    settings.STRIPE_TIMEOUT_SECONDS = 2
    account = ConnectedAccount.objects.create(
        organization=world.organization,
        stripe_account=fake_stripe.account(name="ALEA"),
        charges_enabled=True,
        details_submitted=True,
        connected_at=now,
        checked_at=now,
    )
    shop = Shop(world, fake_stripe, account, now, Client())
    shop.new_events()
    return shop
