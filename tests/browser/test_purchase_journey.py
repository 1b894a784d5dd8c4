"""The main journey in a real browser: from the convention's page to tickets in the mail, on a phone, in Danish.

Two people, a membership, a bed and a T-shirt, paid at the fake Stripe; with the mouse, with the keyboard alone, and
without JavaScript. Every page on the way is checked by axe and for its width.
"""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from conbillet.core import clock
from conbillet.demo.seed.conventions import Convention, last_year_and_this_year, make_big_convention
from conbillet.organizations.models import Organization
from conbillet.payments.models import ConnectedAccount
from conbillet.sales.models import Order
from tests.browser.house import LiveHouse
from tests.browser.watch import Watch


@pytest.fixture
def convention(live_house: LiveHouse, watch: Watch) -> Convention:
    """The demo's convention in an association of this test's own, with an account at the fake Stripe."""
    now = clock.now()
    organization = Organization.objects.create(
        slug=f"nordlys-{secrets.token_hex(3)}",
        name="Rollespilsforeningen Nordlys",
        cvr="13585628",
        street="Ringgaden 12",
        postcode="9500",
        city="Hobro",
        email="kontakt@nordlys.example",
        accent_colour="#6d28d9",
        created_at=now,
    )
    ConnectedAccount.objects.create(
        organization=organization,
        stripe_account=live_house.stripe.account(name=organization.name),
        charges_enabled=True,
        payouts_enabled=True,
        details_submitted=True,
        connected_at=now,
        checked_at=now,
    )
    watch.allow_origin(live_house.stripe.url)
    return make_big_convention(organization, last_year_and_this_year(now)[1], closed=False, now=now)


def address(convention: Convention) -> str:
    return f"/{convention.event.organization.slug}/{convention.event.slug}/"


def some_email(name: str) -> str:
    return f"{name}.{secrets.token_hex(4)}@example.com"


def choose(page: Page, convention: Convention) -> None:
    """Two tickets, a membership, a bed and a T-shirt."""
    products = convention.products
    for name, count in (("adult", 2), ("membership", 1), ("sleeping", 1)):
        plus = page.get_by_role("button", name=f"Én mere: {products[name].name_da}", exact=True)
        for _ in range(count):
            plus.click()
    page.get_by_role("button", name=re.compile(r"Én mere: T-shirt \d+ L$")).click()


def fill_in(page: Page, email: str) -> None:
    """Who it is for: oneself with the membership and the bed, and a friend."""
    first, second = page.locator("#person-1"), page.locator("#person-2")
    first.get_by_label("Fødselsdato").fill("01-05-1990")
    first.get_by_label("Kvinde").check()
    second.get_by_label("Navn", exact=True).fill("Bo Østergård")
    second.get_by_label("Fødselsdato").fill("29-02-1988")
    page.get_by_label("Dit navn").fill("Åse Ørsted")
    page.get_by_label("Din e-mail").fill(email)
    buyer = page.locator("#buyer")
    buyer.get_by_label("Vej og nummer").fill("Ringgaden 1")
    buyer.get_by_label("Postnummer").fill("9500")


def see_mail(live_house: LiveHouse, email: str) -> dict:
    mail = live_house.mails.wait(to=email, timeout=20)
    assert mail is not None, "no mail came"
    return live_house.mails.message(mail["id"])


def test_two_people_buy_tickets_a_membership_a_bed_and_a_shirt(
    page: Page, live_house: LiveHouse, convention: Convention, axe, fits, screenshot
) -> None:
    email = some_email("aase")
    page.goto(address(convention))
    axe(page)
    fits(page)
    screenshot("journey-1-event")
    choose(page, convention)
    page.get_by_role("button", name="Læg i kurven").click()

    page.wait_for_url("**/checkout/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Køb og betal 1.100,00 kr.", exact=True).last).to_be_visible()
    axe(page)
    fits(page)
    screenshot("journey-2-checkout")
    page.get_by_role("button", name=re.compile("^Køb og betal")).last.click()
    expect(page.locator("#errors")).to_be_focused()
    axe(page)
    screenshot("journey-3-errors")
    fill_in(page, email)
    expect(page.locator("#buyer").get_by_label("By", exact=True)).to_have_value("Hobro")
    page.get_by_role("button", name=re.compile("^Køb og betal")).last.click()

    page.wait_for_url(f"{live_house.stripe.url}/**")
    screenshot("journey-4-stripe")
    page.get_by_role("button", name=re.compile("^Betal")).first.click()
    page.wait_for_url(re.compile(r"/order/[0-9A-Z]{12}/[0-9A-Z]{24}/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Dine billetter er klar", timeout=20_000)
    axe(page)
    fits(page)
    screenshot("journey-5-order")
    page.get_by_role("link", name=re.compile("Voksen, alle dage.*Bo Østergård")).click()
    expect(page.locator("svg.qr")).to_be_visible()
    axe(page)
    fits(page)
    screenshot("journey-6-ticket")

    mail = see_mail(live_house, email)
    assert "Ordrebekræftelse" in mail["subject"]
    assert sum(name["name"].endswith(".pdf") for name in mail["attachments"]) == 2
    order = Order.objects.get(buyer_email=email)
    assert (order.state, order.amount) == ("paid", 110_000)
    assert order.lines.count() == 5


def test_the_cart_changes_in_place(page: Page, convention: Convention, watch: Watch) -> None:
    page.goto(address(convention))
    choose(page, convention)
    page.get_by_role("button", name="Læg i kurven").click()
    page.wait_for_url("**/checkout/")
    page.evaluate("window.sameWindow = true")
    page.get_by_label("Dit navn").fill("Åse Ørsted")
    more = page.get_by_role("button", name=re.compile("Én mere: Soveplads, alle"))
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-total]")).to_have_text("1.300,00 kr.")
    expect(more).to_be_focused()
    expect(page.get_by_label("Dit navn")).to_have_value("Åse Ørsted")
    # The membership for somebody else: one more person is asked for, and the member price moves along.
    dues = page.get_by_label(re.compile("Hvis er den: Kontingent"))
    dues.select_option(label="Person 2")
    expect(page.locator("#person-2").get_by_label("Hvem betaler kontingentet?")).to_be_visible()
    dues.select_option(label="En person mere")
    expect(page.locator("#person-3").get_by_label("Navn", exact=True)).to_be_visible()
    expect(page.locator("[data-total]")).to_have_text("1.425,00 kr.")
    town = page.locator("#person-3").get_by_label("By", exact=True)
    page.locator("#person-3").get_by_label("Postnummer").fill("9500")
    expect(town).to_have_value("Hobro")
    page.locator("#person-3").get_by_label("Bor på samme adresse").check()
    expect(town).to_be_hidden()
    assert page.evaluate("window.sameWindow") is True


def test_the_journey_with_the_keyboard_alone(page: Page, live_house: LiveHouse, convention: Convention) -> None:
    email = some_email("tast")
    page.goto(address(convention))

    def tab_to(name: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("name => (document.activeElement.name || document.activeElement.id) === name", name):
                return
        raise AssertionError(f"{name} cannot be reached with the tabulator key")

    tab_to(f"quantity_{convention.products['adult'].pk}")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/")
    tab_to("buyer-name")
    page.keyboard.type("Tove Tast")
    tab_to("buyer-email")
    page.keyboard.type(email)
    tab_to("p1-birth_date")
    page.keyboard.type("24-12-1980")
    tab_to("action")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_house.stripe.url}/**")
    assert Order.objects.get(buyer_email=email).state == "awaiting_payment"


def test_the_journey_without_javascript(
    new_context: Callable[..., BrowserContext], live_house: LiveHouse, convention: Convention, fits
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    email = some_email("uden")
    page.goto(address(convention))
    page.locator(f"[name=quantity_{convention.products['adult'].pk}]").fill("2")
    page.locator(f"[name=quantity_{convention.products['membership'].pk}]").fill("1")
    page.locator(f"[name=quantity_{convention.products['sleeping'].pk}]").fill("1")
    page.locator(f"[name=quantity_{convention.products['shirt'].pk}_{convention.sizes['L'].pk}]").fill("2")
    page.get_by_role("button", name="Læg i kurven").click()
    page.wait_for_url("**/checkout/")
    page.get_by_label("Dit navn").fill("Åse Ørsted")
    page.get_by_role("button", name=re.compile("Én færre: T-shirt")).click()
    expect(page.get_by_label("Dit navn")).to_have_value("Åse Ørsted")
    fill_in(page, email)
    page.get_by_role("button", name="Køb og betal 1.100,00 kr.", exact=True).last.click()
    page.wait_for_url(f"{live_house.stripe.url}/**")
    page.get_by_role("button", name=re.compile("^Betal")).first.click()
    page.wait_for_url(re.compile(r"/order/"))
    for _ in range(20):
        if page.get_by_role("heading", level=1).inner_text() == "Dine billetter er klar":
            break
        page.wait_for_timeout(500)
        page.goto(page.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Dine billetter er klar")
    fits(page)
    assert see_mail(live_house, email)["attachments"]
