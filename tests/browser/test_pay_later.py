"""Paying later in a real browser: by transfer, which the treasurer confirms; and at the door, where the money is taken."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from conbillet.catalogue.models import Event
from conbillet.payments.models import Payment
from conbillet.sales.models import Order
from tests.browser.house import LiveHouse


@pytest.fixture
def event(live_world) -> Event:
    event = live_world.event
    event.transfer_allowed, event.transfer_account, event.door_allowed = True, "9570 1234567", True
    event.version += 1
    event.save()
    return event


def order_later(page: Page, event: Event, method: str, email: str) -> Order:
    """One adult, to be paid in the way of that name."""
    page.goto(f"/{event.organization.slug}/{event.slug}/")
    page.get_by_role("button", name="Én mere: Adult, all days", exact=True).click()
    page.get_by_role("button", name="Læg i kurven").click()
    page.wait_for_url("**/checkout/")
    page.get_by_label("Dit navn").fill("Åse Ørsted")
    page.get_by_label("Din e-mail").fill(email)
    page.locator("#person-1").get_by_label("Fødselsdato").fill("01-05-1990")
    buy = page.locator("[data-buy]")
    expect(buy).to_have_accessible_name(re.compile(r"^Køb og betal 400,00.kr\.$"))
    expect(page.get_by_text("Du betaler på Stripes side")).to_be_visible()
    page.get_by_label(method).check()
    expect(buy).to_have_accessible_name(re.compile(r"^Bestil med betalingspligt 400,00.kr\.$"))
    expect(page.get_by_text("Du betaler på Stripes side")).to_be_hidden()
    buy.click()
    page.wait_for_url(re.compile(r"/order/[0-9A-Z]{12}/[0-9A-Z]{24}/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Dine pladser er reserveret")
    return Order.objects.get(buyer_email=email)


def test_by_transfer(
    page: Page, live_house: LiveHouse, live_world, event: Event, signed_in: Callable[..., Page], axe, fits
) -> None:
    email = f"transfer.{event.reference.lower()}@example.com"
    order = order_later(page, event, "Senere, med bankoverførsel", email)
    expect(page.get_by_text("9570 1234567")).to_be_visible()
    axe(page)
    fits(page)
    asked = live_house.mails.wait(to=email, timeout=20)
    assert asked is not None and "9570 1234567" in asked["text"] and not asked["attachments"]

    office = signed_in(live_world.owner, second_factor=True, size="desktop")
    office.goto(f"/office/{live_world.organization.slug}/transfers/")
    office.get_by_role("checkbox").check()
    office.get_by_role("button", name="Se det, jeg har sat kryds ved").click()
    office.get_by_role("button", name=re.compile("^Bekræft 1 betaling på 400,00")).click()
    expect(office.get_by_role("status")).to_contain_text("1 betaling er bekræftet")

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dine billetter er klar")
    confirmed = live_house.mails.wait(to=email, after=asked["id"], timeout=20)
    assert confirmed is not None and len(confirmed["attachments"]) == 2
    assert Payment.objects.get(about=order.reference).captured_amount == 40_000


def test_at_the_door(page: Page, live_house: LiveHouse, live_world, event: Event, signed_in: Callable[..., Page]) -> None:
    email = f"door.{event.reference.lower()}@example.com"
    order = order_later(page, event, "Ved døren, når du kommer", email)
    crew = signed_in(live_world.door_crew, second_factor=True)
    crew.goto(f"/door/{live_world.organization.slug}/{event.slug}/")
    crew.get_by_label("Kode eller navn").fill("ørsted")
    crew.keyboard.press("Enter")
    crew.get_by_role("link", name="Tag imod 400,00 kr.").click()
    crew.get_by_role("button", name="Kontant").click()
    crew.get_by_role("button", name="Luk Åse Ørsted ind").click()
    expect(crew.get_by_role("heading", level=1)).to_have_text("Ja")
    payment = Payment.objects.get(about=order.reference)
    assert (payment.state, payment.captured_amount) == (Payment.State.CAPTURED, 40_000)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dine billetter er klar")
