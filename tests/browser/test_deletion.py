"""Deleting oneself in a real browser: every effect first, then at once, and a receipt that needs no account."""

import pytest
from playwright.sync_api import expect

from conbillet.accounts.models import Account
from conbillet.core import clock
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.sales.actions.place_order import PersonDetails
from tests.browser.sizes import at_every_size
from tests.purchases import order_of, pay_for


@pytest.fixture
def buyer(live_world):
    """Has a ticket and a membership, and an order that waits for its money."""
    buyer, now = live_world.buyer, clock.now()
    details = PersonDetails(
        name=buyer.name, badge_name="", email=buyer.account.email, birth_date=now.date().replace(year=1990, day=1), gender="woman",
        street="Skovvej 1", postcode="8000", city="Aarhus C",
    )  # fmt: skip
    wishes = (Wish(live_world.adult.pk, 1), Wish(live_world.membership.pk, 1))
    pay_for(order_of(live_world, now, *wishes, people=(details,)), now)
    order_of(live_world, now, Wish(live_world.day.pk, 1), people=(details,))
    attach_orders(person_id=buyer.pk, email=buyer.account.email, now=now)
    return buyer


@at_every_size
def test_every_effect_is_shown_first_then_the_receipt(signed_in, buyer, watch, axe, fits, screenshot, viewport):
    page = signed_in(buyer)
    page.goto("/my/data/delete/")
    name = str(viewport["width"])
    for words in ("Dine billetter", "Ubetalte ordrer", "Gemmes, fordi loven kræver det", "Sikkerhedskopier", "Hvem der får besked"):
        expect(page.get_by_text(words, exact=True).first).to_be_visible()
    watch.expect_console("422")
    page.get_by_role("button", name="Slet mig nu").click()
    expect(page.get_by_text("Sæt kryds her, så ingen bliver slettet ved et uheld.").first).to_be_visible()
    assert Account.objects.filter(person=buyer).exists()
    axe(page)
    fits(page)
    screenshot(f"delete-{name}", page)
    page.get_by_label("Jeg ved, at det ikke kan fortrydes").check()
    page.get_by_role("button", name="Slet mig nu").click()
    expect(page.get_by_role("heading", name="Du er slettet")).to_be_visible()
    assert not Account.objects.filter(person=buyer.pk).exists()
    axe(page)
    fits(page)
    screenshot(f"deleted-{name}", page)
    receipt = page.url
    page.goto("/my/")
    assert "/accounts/login/" in page.url
    page.goto(receipt)
    expect(page.get_by_role("heading", name="Du er slettet")).to_be_visible()
