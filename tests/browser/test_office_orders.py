"""The office's pages on orders and money in a browser: every size, dark and light in turn, checked by axe; and a refund."""

from datetime import timedelta

import pytest

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.payments.models import Refund
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from tests.browser.sizes import VIEWPORTS
from tests.purchases import order_of, paid_order


@pytest.fixture
def orders(live_world) -> dict[str, Order]:
    Event.objects.filter(pk=live_world.event.pk).update(transfer_allowed=True, transfer_account="9570 1234567")
    live_world.event.refresh_from_db()
    now = clock.now() - timedelta(hours=1)
    wishes = [Wish(live_world.adult.pk, 2), Wish(live_world.membership.pk, 1), Wish(live_world.bed.pk, 1), Wish(live_world.shirt.pk, 1, live_world.sizes["M"].pk)]
    return {
        "paid": paid_order(live_world, now, *wishes),
        "unpaid": order_of(live_world, now, Wish(live_world.adult.pk, 1), method="transfer"),
    }


@pytest.mark.parametrize(("size", "scheme"), list(zip(VIEWPORTS, ("dark", "light", "dark", "light"), strict=False)))
def test_the_pages_fit_and_can_be_read_by_everybody(live_world, orders, signed_in, axe, fits, screenshot, size, scheme):
    page = signed_in(live_world.owner, second_factor=True, size=size, color_scheme=scheme)
    office = f"/office/{live_world.organization.slug}/"
    paid, unpaid = (f"{office}orders/{orders[name].reference}/" for name in ("paid", "unpaid"))
    pages = {
        "home": office, "figures": f"{office}events/{live_world.event.slug}/figures/", "orders": f"{office}orders/",
        "nothing": f"{office}orders/?state=expired", "order": paid, "unpaid": unpaid, "choose": f"{paid}refund/",
        "refund": f"{paid}refund/?all=1", "transfers": f"{office}transfers/", "receipts": f"{office}receipts/",
    }  # fmt: skip
    for name, address in pages.items():
        answer = page.goto(address)
        assert answer.status == 200, address
        fits(page)
        axe(page)
        screenshot(f"office-{name}-{size}-{scheme}", page)
    page.goto(f"{office}transfers/")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Se det, jeg har sat kryds ved").click()
    fits(page)
    axe(page)


def test_find_an_order_and_refund_a_part_of_it(live_world, orders, signed_in):
    page = signed_in(live_world.owner, second_factor=True, size="phone")
    page.goto(f"/office/{live_world.organization.slug}/orders/")
    page.get_by_label("Navn, e-mail eller nummer").fill("bo lund")
    page.get_by_role("button", name="Find").click()
    assert "lund" not in page.url
    page.get_by_role("row").filter(has_text="Ada Lund").get_by_role("link").click()
    page.get_by_role("link", name="Tilbagebetal").click()
    page.get_by_label("T-shirt").check()
    page.get_by_role("button", name="Se, hvad der vil ske").click()
    page.get_by_text("1 × T-shirt M").wait_for()
    page.get_by_role("button", name="Tilbagebetal 150,00 kr.").click()
    page.get_by_text("er tilbagebetalt med kreditnota").wait_for()
    assert Refund.objects.get(payment__about=orders["paid"].reference).amount == 15000
