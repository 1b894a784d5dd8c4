"""The door in a real browser: a pretended camera, a hand-held scanner, a laptop, a phone without script."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from conbillet.cli.browsers import find_or_obtain
from conbillet.core import clock
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.models import CheckIn, HandOut
from tests.browser.house import LiveHouse
from tests.browser.sign_in import sign_in
from tests.browser.sizes import VIEWPORTS, at_every_size, light_and_dark
from tests.browser.test_scanner import camera_frame, drawn
from tests.browser.watch import Watch
from tests.door.conftest import Door, allow_paying, code_of, make_door
from tests.purchases import ADA, order_of


@pytest.fixture
def door(live_world) -> Door:
    now = clock.now()
    return make_door(live_world, bought=now, now=now)


@pytest.fixture
def address(door: Door) -> str:
    return f"/door/{door.world.organization.slug}/{door.event.slug}/"


@pytest.fixture
def crew(signed_in: Callable[..., Page], door: Door, address: str) -> Page:
    page = signed_in(door.world.door_crew, second_factor=True)
    page.goto(address)
    return page


def check(page: Page, code: str) -> None:
    page.get_by_label("Kode eller navn").fill(code)
    page.keyboard.press("Enter")


@pytest.fixture
def filmed(playwright: Playwright, door: Door, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose camera sees the first ticket, again and again."""
    picture, film = drawn(door.code), tmp_path / "camera.mjpeg"
    with film.open("wb") as file:
        for number in range(30):
            frame = camera_frame(picture if number >= 8 else None, turn=random.Random(number).uniform(-9, 9))
            frame.convert("RGB").save(file, format="JPEG", quality=80)
    found = find_or_obtain()
    flags = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = playwright.chromium.launch(
        executable_path=str(found.path), args=[*found.args, *flags], env=found.env, chromium_sandbox=False
    )
    yield browser
    browser.close()


def test_the_camera_lets_in_once(
    filmed: Browser, door: Door, address: str, live_house: LiveHouse, watch: Watch, axe, screenshot
) -> None:
    context = filmed.new_context(
        base_url=live_house.url, locale="da-DK", viewport=VIEWPORTS["phone"], permissions=["camera"]
    )
    watch.follow(context)
    sign_in(context, door.world.door_crew, url=live_house.url, second_factor=True)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="Scan med kameraet").click()
    answer = page.get_by_role("dialog")
    expect(answer).to_have_class("verdict yes", timeout=20_000)
    expect(answer.get_by_role("heading", level=1)).to_have_text("Ja")
    expect(answer).to_contain_text("Ada Lund")
    expect(answer).to_contain_text("T-shirt, M")
    screenshot("door-yes", page, full_page=False)
    axe(page)
    page.get_by_role("link", name="Næste").click()
    expect(answer).to_be_hidden()
    # The same ticket, held up again after it was away for three seconds.
    page.evaluate("() => { const real = performance.now.bind(performance); performance.now = () => real() + 3500; }")
    expect(answer).to_have_class("verdict again", timeout=20_000)
    expect(answer).to_contain_text("Allerede inde siden kl.")
    screenshot("door-again", page, full_page=False)
    axe(page)
    assert CheckIn.objects.filter(event=door.event).count() == 1


def test_a_hand_held_scanner_never_stops(crew: Page, door: Door) -> None:
    """It types a code and Enter, wherever the focus is; the answer to the last one need not be closed."""
    crew.set_viewport_size(VIEWPORTS["desktop"])
    first, second = (code_of(ticket, door.event) for ticket in door.tickets())
    expect(crew.get_by_label("Kode eller navn")).to_be_focused()
    crew.keyboard.type(first.lower())
    crew.keyboard.press("Enter")
    answer = crew.get_by_role("dialog")
    expect(answer).to_contain_text("Ada Lund")
    crew.keyboard.type(second)
    crew.keyboard.press("Enter")
    expect(answer).to_contain_text("Bo Lund")
    expect(answer).to_have_class("verdict yes")
    crew.keyboard.press("Enter")
    expect(answer).to_be_hidden()
    expect(crew.get_by_label("Kode eller navn")).to_be_focused()
    expect(crew.locator("[data-last] li")).to_have_count(2)
    check(crew, second[:-4] + "0000")
    expect(answer).to_have_class("verdict no")
    expect(answer).to_contain_text("forfalsket")


def test_hand_out_and_undo_on_the_answer(crew: Page, door: Door) -> None:
    check(crew, door.ticket.reference)
    shirt = crew.get_by_role("button", name="T-shirt, M")
    shirt.click()
    expect(shirt).to_have_attribute("aria-pressed", "true")
    assert HandOut.objects.filter(line__order=door.order).count() == 1
    shirt.click()
    expect(shirt).to_have_attribute("aria-pressed", "false")
    assert HandOut.objects.filter(line__order=door.order).count() == 0
    crew.get_by_text("Fortryd", exact=True).click()
    crew.get_by_role("button", name="Forkert person").click()
    expect(crew.get_by_role("dialog")).to_be_hidden()
    assert CheckIn.objects.get(event=door.event).undo_reason == "Forkert person"
    check(crew, door.ticket.reference)
    expect(crew.get_by_role("dialog")).to_have_class("verdict yes")


def test_figures_follow_another_door(crew: Page, door: Door, signed_in: Callable[..., Page], address: str) -> None:
    other = signed_in(door.world.owner, second_factor=True)
    other.goto(address)
    other.wait_for_function("() => document.readyState === 'complete'")
    check(crew, door.ticket.reference)
    expect(crew.get_by_role("dialog")).to_have_class("verdict yes")
    for page in (other, crew):
        expect(page.locator("[data-field=inside]")).to_have_text("1", timeout=10_000)


def test_somebody_without_a_ticket_is_found_by_name_and_pays(crew: Page, door: Door, address: str) -> None:
    allow_paying(door)
    order_of(door.world, clock.now(), Wish(door.world.adult.pk, 1), method="door", people=(ADA,))
    check(crew, "ada")
    crew.wait_for_url("**/search/")
    crew.get_by_role("link", name="Tag imod 400,00 kr.").click()
    crew.get_by_role("button", name="Kontant").click()
    expect(crew.get_by_text("Betalt", exact=True)).to_be_visible()
    crew.get_by_role("button", name="Luk Ada Lund ind").click()
    expect(crew.get_by_role("heading", level=1)).to_have_text("Ja")


def test_without_script(
    new_context: Callable[..., BrowserContext], live_house: LiveHouse, door: Door, address: str
) -> None:
    context = new_context(java_script_enabled=False)
    sign_in(context, door.world.door_crew, url=live_house.url, second_factor=True)
    page = context.new_page()
    page.goto(address)
    check(page, door.code)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ja")
    page.get_by_role("button", name="T-shirt, M").click()
    expect(page.get_by_role("button", name="T-shirt, M")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Tilbage til døren").click()
    check(page, door.code)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nej")
    page.get_by_text("Fortryd", exact=True).click()
    page.get_by_role("button", name="Scannet ved en fejl").click()
    expect(page.get_by_text("Billetten kan bruges igen")).to_be_visible()


def test_without_network_nothing_is_confirmed_and_nothing_is_lost(
    crew: Page, door: Door, watch: Watch, axe, screenshot
) -> None:
    watch.expect_console("ERR_INTERNET_DISCONNECTED")
    answer = crew.get_by_role("dialog")
    crew.wait_for_load_state("networkidle")
    crew.context.set_offline(True)
    first, second = (code_of(ticket, door.event) for ticket in door.tickets())
    check(crew, first)
    expect(answer).to_have_class("verdict pending")
    expect(answer).to_contain_text("Ikke bekræftet")
    screenshot("door-pending", crew, full_page=False)
    axe(crew)
    check_again = [(first, "again"), (first[:-4] + "0000", "no"), ("QQQQ-QQQQ-QQQQ", "no"), (second, "pending")]
    for code, kind in check_again:
        crew.keyboard.press("Escape")
        check(crew, code)
        expect(answer).to_have_class(f"verdict {kind}")
    crew.keyboard.press("Escape")
    expect(crew.locator("[data-waiting]")).to_have_text("2")
    screenshot("door-offline", crew)
    axe(crew)
    assert not CheckIn.objects.filter(event=door.event).exists()
    # Meanwhile the other one is let in at another door.
    taken = door.tickets()[1]
    check_in_elsewhere(door, taken.reference)
    crew.context.set_offline(False)
    expect(crew.locator("[data-offline]")).to_be_hidden(timeout=15_000)
    expect(crew.locator("[data-doubles]")).to_contain_text("Bo: Allerede inde")
    assert CheckIn.objects.filter(event=door.event).count() == 2
    assert CheckIn.objects.get(ticket=door.ticket).by_id == door.world.door_crew.pk


def check_in_elsewhere(door: Door, reference: str) -> None:
    owner = door.world.actor(door.world.owner)
    with transaction.atomic():
        check_in(event=door.event, code=reference, actor=owner, device="", now=clock.now())


@at_every_size
@light_and_dark
def test_everybody_can_use_every_page(
    crew: Page, door: Door, address: str, axe, fits, screenshot, viewport, colour_scheme
) -> None:
    def look(name: str) -> None:
        axe(crew)
        fits(crew)
        screenshot(f"door-{name}-{viewport['width']}-{colour_scheme}", crew)

    look("scan")
    check(crew, door.ticket.reference)
    expect(crew.get_by_role("dialog")).to_have_class("verdict yes")
    crew.get_by_text("Fortryd", exact=True).click()
    look("answer")
    crew.goto(f"{address}ticket/{door.ticket.reference}/")
    look("holder")
    crew.goto(f"{address}pay/{door.order.reference}/")
    look("paid")
    crew.goto(address)
    check(crew, "lund")
    crew.wait_for_url("**/search/")
    look("search")
    crew.goto("/door/")
    look("choose")
