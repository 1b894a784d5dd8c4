"""An association whose account at Stripe is not ready: said before anything is typed, and nobody is stuck with an order."""

import pytest

from conbillet.catalogue.models import Event, Price
from conbillet.catalogue.offer import offer_at
from conbillet.payments.models import Attempt, ConnectedAccount
from conbillet.sales.access import get_cart
from conbillet.sales.models import Order

CARD, TRANSFER, DOOR = 'value="card"', 'value="transfer"', 'value="door"'


@pytest.fixture
def unready(shop, world):
    ConnectedAccount.objects.filter(organization=world.organization).update(charges_enabled=False)
    return world.event


def allow(event: Event, **ways: bool) -> None:
    Event.objects.filter(pk=event.pk).update(version=event.version + 1, transfer_account="9570 1234567", **ways)
    offer_at.cache_clear()


def test_what_costs_something_cannot_be_ordered_and_it_is_said_beforehand(visitor, unready):
    visitor.add(adult=1)
    page = visitor.checkout()
    html = page.content.decode()
    assert "Det kan ikke betales endnu" in html and unready.organization.email in html
    assert "data-buy" not in html and CARD not in html
    answer = visitor.buy(page)
    assert answer.status_code == 200 and "Det kan ikke betales endnu" in answer.content.decode()
    assert not Order.objects.exists() and not Attempt.objects.exists()


def test_planted_before_there_was_an_order_that_nobody_could_pay(visitor, world, shop):
    """The page was shown while the account was ready; at the moment of the order it is looked at anew."""
    visitor.add(adult=1)
    page = visitor.checkout()
    assert "data-buy" in page.content.decode()
    ConnectedAccount.objects.filter(organization=world.organization).update(charges_enabled=False)
    assert visitor.buy(page).status_code == 200 and not Order.objects.exists()
    ConnectedAccount.objects.filter(organization=world.organization).update(charges_enabled=True)
    assert visitor.buy(page).status_code == 303 and Order.objects.get().method == "card"


def test_what_is_free_can_be_ordered(visitor, unready, world):
    Price.objects.filter(product=world.adult).update(amount=0)
    allow(unready)
    visitor.add(adult=1)
    page = visitor.checkout()
    assert "Det kan ikke betales endnu" not in page.content.decode()
    visitor.buy(page)
    assert visitor.order().state == "paid"


def test_by_transfer_and_at_the_door_it_goes_where_that_is_allowed(visitor, unready):
    allow(unready, transfer_allowed=True, door_allowed=True)
    visitor.add(adult=1)
    page = visitor.checkout()
    html = page.content.decode()
    assert "Hverken kort eller MobilePay endnu" in html and CARD not in html and TRANSFER in html and DOOR in html
    assert visitor.buy(page, buyer__method="transfer").status_code == 303
    assert visitor.order().method == "transfer"


def test_one_way_that_is_left_is_taken_without_asking(visitor, unready):
    allow(unready, door_allowed=True)
    visitor.add(adult=1)
    page = visitor.checkout()
    assert "Du betaler, når du kommer" in page.content.decode()
    visitor.buy(page)
    assert visitor.order().method == "door"


def test_whether_cards_are_taken_is_read_with_the_cart(visitor, world, shop, django_assert_num_queries):
    visitor.add(adult=1)
    session = visitor.client.session
    reference = next(value for value in _texts(session) if len(value) == 12)
    with django_assert_num_queries(1):
        cart = get_cart(reference=reference, organization=world.organization.slug, event=world.event.slug)
    assert cart.takes_cards is True
    ConnectedAccount.objects.all().delete()
    assert (
        get_cart(reference=reference, organization=world.organization.slug, event=world.event.slug).takes_cards is False
    )


def _texts(found) -> list[str]:
    """All texts in a session, however deep."""
    if isinstance(found, str):
        return [found]
    inside = found.values() if hasattr(found, "values") else found if isinstance(found, list | tuple) else ()
    return [text for one in inside for text in _texts(one)]
