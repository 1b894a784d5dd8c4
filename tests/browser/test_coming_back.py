"""Going back and forth while buying: nothing is typed twice, nothing is sent twice, no question of the browser's own."""

import re

from playwright.sync_api import Page, expect

from conbillet.demo.seed.conventions import Convention
from conbillet.sales.models import Order
from tests.browser.house import LiveHouse
from tests.browser.test_purchase_journey import (
    address,
    choose,
    convention,  # noqa: F401 - a fixture
    fill_in,
    some_email,
)


def to_checkout(page: Page, convention: Convention) -> None:  # noqa: F811  a fixture's name
    page.goto(address(convention))
    choose(page, convention)
    page.get_by_role("button", name="Læg i kurven").click()
    page.wait_for_url("**/checkout/")


def buy(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Køb og betal")).last.click()


def test_back_from_stripe_after_a_mistake_leads_to_the_order(
    page: Page,
    live_house: LiveHouse,
    convention: Convention,  # noqa: F811  a fixture's name
) -> None:
    """The page before Stripe's was the answer to a form; a browser would ask whether to send it again."""
    email = some_email("retur")
    to_checkout(page, convention)
    buy(page)
    expect(page.locator("#errors")).to_be_focused()
    fill_in(page, email)
    buy(page)
    page.wait_for_url(f"{live_house.stripe.url}/**")
    page.go_back()
    expect(page.get_by_role("button", name=re.compile("^Betal"))).to_be_visible()
    assert "/order/" in page.url and Order.objects.filter(buyer_email=email).count() == 1


def test_what_was_typed_survives_adding_something_more(page: Page, convention: Convention, axe, fits) -> None:  # noqa: F811  a fixture's name
    to_checkout(page, convention)
    fill_in(page, some_email("mere"))
    page.get_by_role("button", name="Tilføj mere").click()
    page.wait_for_url(f"**{address(convention)}#tickets")
    axe(page)
    fits(page)
    page.get_by_role("button", name=re.compile(r"Én mere: T-shirt \d+ M$")).click()
    page.get_by_role("button", name="Læg i kurven").click()
    expect(page.locator("[data-total]")).to_have_text("1.250,00 kr.")
    expect(page.get_by_label("Dit navn")).to_have_value("Åse Ørsted")
    expect(page.locator("#person-2").get_by_label("Fødselsdato")).to_have_value("29-02-1988")
    expect(page.locator("#person-1").get_by_label("Kvinde")).to_be_checked()


def test_another_language_takes_along_what_was_typed(page: Page, convention: Convention) -> None:  # noqa: F811  a fixture's name
    to_checkout(page, convention)
    fill_in(page, some_email("sprog"))
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    expect(page.get_by_label("Your name")).to_have_value("Åse Ørsted")
    expect(page.locator("#person-2").get_by_label("Date of birth")).to_have_value("29-02-1988")
    assert page.locator("html").get_attribute("lang") == "en"
