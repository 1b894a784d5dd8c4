"""A ticket for somebody else is passed on: by the phone's own menu where there is one, else by a copied link."""

import re

import pytest
from playwright.sync_api import Page, expect

from conbillet.demo.seed.conventions import Convention
from tests.browser.test_purchase_journey import (
    address,
    convention,  # noqa: F401 - a fixture
    some_email,
)

LINK = re.compile(r"/tickets/[0-9A-Z]+/[0-9A-Z]+/$")


@pytest.fixture
def ordered(page: Page, convention: Convention) -> Page:  # noqa: F811  a fixture's name
    """The order's page of somebody who signed a child up, for free."""

    def order(script: str) -> Page:
        page.add_init_script(script)
        page.goto(address(convention))
        page.get_by_role("button", name=f"Én mere: {convention.products['child'].name_da}", exact=True).click()
        page.get_by_role("button", name="Læg i kurven").click()
        page.wait_for_url("**/checkout/")
        page.get_by_label("En anden").check()
        page.get_by_label("Navn", exact=True).fill("Lille Per")
        page.get_by_label("Fødselsdato").fill("050520")
        page.get_by_label("Dit navn").fill("Åse Ørsted")
        page.get_by_label("Din e-mail").fill(some_email("gratis"))
        page.get_by_role("button", name="Tilmeld gratis").last.click()
        page.wait_for_url("**/order/**")
        expect(page.get_by_role("heading", name="Lille Per")).to_be_visible(timeout=15_000)
        return page

    return order


SLOW = "const send = XMLHttpRequest.prototype.send; XMLHttpRequest.prototype.send = function (body) { setTimeout(() => send.call(this, body), 600); };"


def test_what_is_typed_while_the_server_answers_stays(page: Page, convention: Convention) -> None:  # noqa: F811  a fixture's name
    """Choosing whose a ticket is has the server make the form anew; a quick typist is not undone by it."""
    page.add_init_script(SLOW)
    page.goto(address(convention))
    page.get_by_role("button", name=f"Én mere: {convention.products['child'].name_da}", exact=True).click()
    page.get_by_role("button", name="Læg i kurven").click()
    page.wait_for_url("**/checkout/")
    before = page.locator("[data-checkout] h2").first.element_handle()
    page.get_by_label("En anden").check()
    page.get_by_label("Navn", exact=True).fill("Lille Per")
    page.wait_for_function("old => !old.isConnected", arg=before)  # the form was made anew
    expect(page.get_by_label("Navn", exact=True)).to_have_value("Lille Per")


def test_a_phone_offers_its_own_menu(ordered) -> None:
    page = ordered("navigator.share = async (what) => { window.shared = what; };")
    page.get_by_role("button", name="Send videre").click()
    page.wait_for_function("window.shared")
    shared = page.evaluate("window.shared")
    assert shared["title"].startswith("Nordlyscon") and LINK.search(shared["url"])


def test_elsewhere_the_link_is_copied(ordered) -> None:
    page = ordered("navigator.clipboard.writeText = async (text) => { window.copied = text; }; delete Navigator.prototype.share;")
    page.get_by_role("button", name="Kopiér link").click()
    expect(page.get_by_role("status").get_by_text("Kopieret")).to_be_visible()
    assert LINK.search(page.evaluate("window.copied"))
