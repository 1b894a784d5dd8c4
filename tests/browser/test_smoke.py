"""The front page in a real browser: it opens, everybody can use it, and it leaves no trace on the visitor's device."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.house import LiveHouse
from tests.browser.sizes import at_every_size, light_and_dark
from tests.browser.watch import Watch


@at_every_size
@light_and_dark
def test_the_front_page_is_open_to_everybody(page: Page, live_world, axe, fits) -> None:
    answer = page.goto("/")
    assert answer is not None and answer.status == 200
    expect(page.locator("html")).to_have_attribute("lang", "da")
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)
    fits(page)


def test_the_front_page_leaves_nothing_on_the_device(page: Page, context: BrowserContext, live_world) -> None:
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_front_page_leads_to_a_coming_event_with_the_keyboard_alone(page: Page, live_world) -> None:
    page.goto("/")
    event = page.get_by_role("link", name=live_world.event.name).first
    for _ in range(60):
        page.keyboard.press("Tab")
        if event.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{live_world.event.slug}/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text(live_world.event.name)


def test_the_front_page_works_without_javascript_and_in_english(
    new_context: Callable[..., BrowserContext], live_house: LiveHouse, live_world
) -> None:
    page = new_context(java_script_enabled=False, locale="en-GB").new_page()
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name=live_world.event.name).first).to_be_visible()


def test_a_page_that_is_not_there_says_where_to_go(page: Page, watch: Watch, axe, fits) -> None:
    watch.expect_console("Failed to load resource.*404")
    answer = page.goto("/no-such-association/no-such-event/")
    assert answer is not None and answer.status == 404
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
    axe(page)
    fits(page)


def test_my_page_wants_to_know_who_asks(
    page: Page, signed_in: Callable[..., Page], live_house: LiveHouse, live_world
) -> None:
    page.goto("/my/")
    assert "/accounts/login/" in page.url
    mine = signed_in(live_world.buyer)
    mine.goto("/my/")
    assert mine.url == f"{live_house.url}/my/"
