"""One browser and one running house for the session; a fresh, watched context for each test.

    def test_front_page(page, axe, fits, screenshot):
        page.goto("/")

`viewport` and `colour_scheme` can be parametrised (`at_every_size`, `light_and_dark` in `tests/browser/sizes.py`).
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from conbillet.cli.browsers import find_or_obtain
from tests.browser.house import DATABASE, LiveHouse, drop_database, make_database
from tests.browser.sizes import VIEWPORTS
from tests.browser.watch import Watch

TEST_DATA = Path(os.environ["CONBILLET_DATA"]).parent
HERE = Path(__file__).resolve().parent
WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are marked, and run last: the driver's event loop stays in the test's thread once it runs."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: HERE in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What the browser did unannounced fails the test itself, and a failing test shows what the house logged."""
    watch = getattr(item, "funcargs", {}).get("watch")
    house = getattr(item, "funcargs", {}).get("live_house")
    before = house.log_sizes() if house else {}
    try:
        result = yield
        if watch is not None:
            watch.check()
        return result
    except Exception:
        for name in before:
            if said := house.log(name, before[name]):
                item.add_report_section("call", f"log of {name}", said[-6000:])
        raise


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver; a process can have one only, so tests that launch a browser of their own use this too."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = find_or_obtain()
    launched = playwright.chromium.launch(executable_path=found.path, args=list(found.args), env=dict(found.env))
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def _house(cluster, template_database: str) -> Iterator[LiveHouse]:
    data = TEST_DATA / "live"
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs that share a cluster wait for each other
        make_database(cluster.dsn("postgres"), template_database)
        with LiveHouse(data, cluster.dsn(DATABASE, f"{DATABASE}_app")).open() as house:
            yield house
        drop_database(cluster.dsn("postgres"))


@pytest.fixture
def live_house(_house: LiveHouse, cluster, django_db_blocker, settings) -> Iterator[LiveHouse]:
    """The running house (`str()` is its address). The test's own queries go to the house's database, and commit."""
    from django.conf import settings as plain
    from django.db import connections

    from conbillet.catalogue import offer, queries

    # Kept by an event's id and version, and the house's database gives the same ids to other events.
    offer.offer_at.cache_clear()
    queries._constant.cache_clear()
    database = plain.DATABASES["default"]
    before = dict(database)
    settings.CONBILLET_ROLE_PREFIX = DATABASE
    connections["default"].close()
    database.update(NAME=DATABASE, USER=f"{DATABASE}_app", HOST=str(cluster.socket_dir), PORT="")
    del connections["default"]
    with django_db_blocker.unblock():
        yield _house
        connections["default"].close()
    database.clear()
    database.update(before)
    del connections["default"]


@pytest.fixture
def live_world(live_house: LiveHouse):
    """The cast with an event a month from now, in the house's database, under addresses of this test's own."""
    from conbillet.core import clock
    from conbillet.payments.models import ConnectedAccount
    from tests.cast import make_world

    now = clock.now()
    cast = make_world(tag=secrets.token_hex(4), now=now, first_day=clock.copenhagen_day(now) + timedelta(days=30))
    account = live_house.stripe.account(name=cast.organization.name)
    ready = {"charges_enabled": True, "payouts_enabled": True, "details_submitted": True}
    ConnectedAccount.objects.create(
        organization=cast.organization, stripe_account=account, connected_at=now, checked_at=now, **ready
    )
    return cast


@pytest.fixture
def viewport(request: pytest.FixtureRequest) -> dict[str, int]:
    """`phone` unless the test is parametrised with another name of `VIEWPORTS`."""
    return VIEWPORTS[getattr(request, "param", "phone")]


@pytest.fixture
def colour_scheme(request: pytest.FixtureRequest) -> str:
    return getattr(request, "param", "light")


@pytest.fixture
def watch(live_house: LiveHouse) -> Watch:
    """Fails the test on a foreign host, a console error, a violated content policy, an undeclared cookie."""
    from conbillet.core.data_map import data_map

    return Watch(live_house.url, live_house.live_url, cookies=frozenset(data_map.load().cookies))


@pytest.fixture
def new_context(
    browser: Browser, live_house: LiveHouse, watch: Watch, viewport: dict[str, int], colour_scheme: str
) -> Iterator[Callable[..., BrowserContext]]:
    """Make one more visitor (own cookies, own device); options are Playwright's, or `size="desktop"`."""
    made: list[BrowserContext] = []

    def make(*, size: str | None = None, **options) -> BrowserContext:
        usual = {
            "base_url": live_house.url,
            "locale": "da-DK",
            "timezone_id": "Europe/Copenhagen",
            "viewport": VIEWPORTS[size] if size else viewport,
            "color_scheme": colour_scheme,
            "reduced_motion": "reduce",
        }
        context = browser.new_context(**(usual | options))
        context.set_default_timeout(10_000)
        watch.follow(context)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def signed_in(new_context: Callable[..., BrowserContext], live_house: LiveHouse) -> Callable[..., Page]:
    """`signed_in(live_world.owner, second_factor=True, size="desktop")`: a page of somebody who has signed in."""
    from tests.browser.sign_in import sign_in

    def make(person, *, second_factor: bool = False, **options) -> Page:
        context = new_context(**options)
        sign_in(context, person, url=live_house.url, second_factor=second_factor)
        return context.new_page()

    return make


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: the page as it stands breaks no rule of WCAG 2.2 AA that a machine can see."""

    def check(page: Page) -> None:
        options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": WCAG_2_2_AA}}
        results = Axe().run(page, options=options)
        assert results.violations_count == 0, f"{page.url}: {results.generate_report()}"

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """`fits(page)`: nothing has to be scrolled sideways (WCAG 1.4.10)."""

    def check(page: Page) -> None:
        wide, window = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= window, f"{page.url} is {wide} px wide in a window of {window} px"

    return check


@pytest.fixture
def screenshot(page: Page) -> Callable[..., None]:
    """`screenshot("cart")` writes `cart.png` to the folder `CONBILLET_SCREENSHOTS`, if there is one."""

    def take(name: str, of: Page | None = None, *, full_page: bool = True) -> None:
        if folder := os.environ.get("CONBILLET_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            (of or page).screenshot(path=Path(folder) / f"{name}.png", full_page=full_page, animations="disabled")

    return take
