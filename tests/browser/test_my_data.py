"""My data in a real browser: everything can be folded out and read, and the package is made while one looks on."""

import json
import zipfile

import pytest
from playwright.sync_api import expect

from conbillet.core import clock
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.sales.actions.place_order import PersonDetails
from conbillet.sales.models import Order
from tests.browser.sign_in import sign_in
from tests.browser.sizes import at_every_size, light_and_dark
from tests.purchases import order_of, pay_for


@pytest.fixture
def buyer(live_world):
    """Has bought for themselves and a child."""
    buyer, now = live_world.buyer, clock.now()
    details = [
        PersonDetails(
            name=name, badge_name="", email=email, birth_date=born, gender="", street="Skovvej 1", postcode="8000", city="Aarhus C",
        )
        for name, email, born in (
            (buyer.name, buyer.account.email, now.date().replace(year=1990, day=1)),
            ("Kit Buyer", "", now.date().replace(year=now.year - 9, day=1)),
        )
    ]  # fmt: skip
    order = order_of(live_world, now, Wish(live_world.adult.pk, 1), Wish(live_world.child.pk, 1), people=tuple(details))
    pay_for(order, now)
    attach_orders(person_id=buyer.pk, email=buyer.account.email, now=now)
    assert Order.objects.filter(buyer=buyer).exists()
    return buyer


@at_every_size
@light_and_dark
def test_everything_folded_out_can_be_read_by_everybody(signed_in, buyer, axe, fits, screenshot, viewport, colour_scheme):
    page = signed_in(buyer)
    page.goto("/my/data/")
    for fold in page.locator("main details > summary").all():
        fold.click()
    expect(page.get_by_text("Børn under 15, som du har købt til")).to_be_visible()
    axe(page)
    fits(page)
    screenshot(f"my-data-open-{viewport['width']}-{colour_scheme}", page)


def test_the_package_is_made_while_one_looks_on(signed_in, buyer, tmp_path):
    page = signed_in(buyer)
    page.goto("/my/data/")
    page.get_by_role("button", name="Lav min pakke").click()
    expect(page.get_by_text("Din pakke er klar.")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Hent den").click()
    download.value.save_as(tmp_path / "package.zip")
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        content = json.loads(archive.read("data.json"))
    assert content["children"][0]["values"]["name"] == "Kit Buyer"


def test_without_script_one_looks_again(live_house, new_context, buyer):
    context = new_context(java_script_enabled=False)
    sign_in(context, buyer, url=live_house.url)
    page = context.new_page()
    page.goto("/my/data/")
    page.get_by_role("button", name="Lav min pakke").click()
    for _ in range(60):
        if page.get_by_text("Din pakke er klar.").is_visible():
            break
        page.get_by_role("link", name="Se igen").click()
        page.wait_for_timeout(500)
    with page.expect_download() as download:
        page.get_by_role("link", name="Hent den").click()
    assert download.value.suggested_filename.endswith(".zip")
