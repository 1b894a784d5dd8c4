"""An order that the office cancels cannot be paid any more: its page at Stripe is closed at once, and in any case soon."""

import pytest
from django.db import transaction

from conbillet.payments.actions.start_checkout import CheckoutUnknown
from conbillet.payments.gateway import ProviderUnknown, gateway
from conbillet.payments.models import Attempt
from conbillet.payments.stripe_gateway import StripeGateway
from conbillet.sales.actions.cancel_order import cancel_order
from conbillet.sales.models import Order
from conbillet.workflows import purchase
from tests.jobs import announced, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(shop) -> Order:
    order = shop.order()
    shop.checkout(order)
    return order


def cancel(shop, order: Order) -> None:
    actor = shop.world.actor(shop.world.owner)
    with transaction.atomic():  # as the office's page does it: nothing may be asked of Stripe in here
        cancel_order(order=order, reason="", actor=actor, now=shop.now)


def at_stripe(shop) -> str:
    attempt = Attempt.objects.get()
    return gateway().session(account=shop.account.stripe_account, session=attempt.session).status


def test_its_page_at_stripe_is_closed_at_once(shop, waiting):
    cancel(shop, waiting)
    assert at_stripe(shop) == "open"
    assert "order_cancelled" in run_jobs()
    assert at_stripe(shop) == "expired" and Attempt.objects.get().state == Attempt.State.EXPIRED
    shop.deliver()
    run_jobs()
    assert Order.objects.get().state == "cancelled" and shop.complaints() == []


def test_stripe_is_down_and_the_job_is_tried_again(shop, waiting, monkeypatch):
    cancel(shop, waiting)
    with monkeypatch.context() as broken:
        broken.setattr(StripeGateway, "session", lambda *_, **__: (_ for _ in ()).throw(ProviderUnknown("timeout")))
        with pytest.raises(CheckoutUnknown):
            purchase.order_ended(order=waiting.pk)
    assert at_stripe(shop) == "open" and Order.objects.get().state == "cancelled"
    assert "order_cancelled" in [name for name, _ids in announced()]
    run_jobs()
    assert at_stripe(shop) == "expired"


def test_paid_at_the_same_moment(shop, waiting):
    """The money was faster than the cancelling: it is admitted again, since the places are there."""
    cancel(shop, waiting)
    shop.stripe.pay(Attempt.objects.get().session)
    run_jobs()
    shop.deliver()
    run_jobs()
    assert Order.objects.get().state == "paid" and shop.complaints() == []


def test_planted_without_it_a_cancelled_order_can_still_be_paid(shop, waiting, monkeypatch):
    monkeypatch.setattr(purchase, "expire_checkout", lambda **_: True)
    cancel(shop, waiting)
    run_jobs()
    assert at_stripe(shop) == "open"
