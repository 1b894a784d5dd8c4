"""The design system in a real browser: the gallery at every size, light and dark, and what the small scripts do.

The gallery is served from memory with the policy of the shop, so that these tests need no running house.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Page, Route, expect

from conbillet.web.gallery import gallery_context
from conbillet.web.theme import accent_stylesheet
from tests.browser.sizes import VIEWPORTS, at_every_size, light_and_dark

ADDRESS = "http://gallery.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "require-trusted-types-for 'script'"
)
ACCENTS = ("#2f45d8", "#ffd400", "#7a1f5c")


@pytest.fixture
def opened(
    browser: Browser, viewport: dict[str, int], colour_scheme: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """`opened(accent)`: the gallery in a fresh context; console errors fail the test when it ends."""
    contexts, wrong = [], []

    def make(accent: str = ACCENTS[0], html: str | None = None) -> Page:
        with translation.override("da"):
            text = html or render_to_string("gallery.html", gallery_context(now=datetime.now(UTC)), RequestFactory().get("/design/"))
        text = text.replace("</head>", '<link rel="stylesheet" href="/theme.css"></head>')

        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(ADDRESS).split("?")[0]
            if path == "/theme.css":
                route.fulfill(body=accent_stylesheet(accent), content_type="text/css")
            elif path.startswith("/static/"):
                name = re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", path.removeprefix("/static/"))
                found = finders.find(name)
                route.fulfill(path=found) if found else route.fulfill(status=404)
            elif path.startswith("/postcode/"):
                route.fulfill(json={"town": "Aarhus C"})
            else:
                route.fulfill(body=text, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})

        context = browser.new_context(viewport=viewport, color_scheme=colour_scheme, reduced_motion="reduce", locale="da-DK")
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.route("**/*", answer)
        page.goto(f"{ADDRESS}/design/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


@at_every_size
@light_and_dark
def test_the_gallery_can_be_used_by_everybody(opened, axe):
    page = opened()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@light_and_dark
@pytest.mark.parametrize("accent", ACCENTS[1:])
def test_other_accents_can_be_read_too(opened, axe, accent):
    axe(opened(accent))


def test_small_targets_are_not_too_small(opened):
    page = opened()
    small = page.evaluate(
        """[...document.querySelectorAll("a.button, button, .tabs a, .pagination a, .nav a, .stepper button")]
        .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
        .filter(([, r]) => r.width && (r.height < 24 || r.width < 24)).map(([t]) => t)"""
    )
    assert small == []


def test_the_stepper_counts_within_its_limits(opened):
    page = opened()
    field = page.get_by_role("spinbutton", name="Antal: Barn 0-14 år")
    fewer = page.get_by_role("button", name="Én færre: Barn 0-14 år")
    assert fewer.is_disabled()
    page.get_by_role("button", name="Én mere: Barn 0-14 år").click(click_count=2)
    assert field.input_value() == "2"
    assert "chosen" in page.locator(".price-row", has=field).get_attribute("class")
    fewer.click()
    assert field.input_value() == "1"


def test_the_countdown_counts_and_says_so(opened):
    page = opened()
    bar = page.locator(".countdown")
    bar.locator("time").filter(has_text=re.compile(r"^1[78]:\d\d$")).wait_for()
    assert "Dine pladser holdes i" in bar.inner_text()
    assert bar.get_by_role("status").text_content() == ""


def test_a_countdown_near_its_end_is_announced(opened):
    soon = datetime.now(UTC).timestamp() + 50
    instant = datetime.fromtimestamp(soon, UTC).isoformat()
    page = opened(html=_page(f"""<div class="countdown" data-countdown><p>Holdes i <time datetime="{instant}" data-left="tilbage" data-ends="Slut"></time></p>
        <span role="status"></span></div>""", "countdown"))  # fmt: skip
    page.locator(".countdown.soon").wait_for()
    assert "tilbage" in page.get_by_role("status").text_content()


def test_a_double_click_sends_once(opened):
    page = opened(html=_page('<form method="post" action="/sent"><button>Send</button></form>', "once"))
    assert _click_twice(page) == 1


def test_without_the_script_a_double_click_would_send_twice(opened):
    page = opened(html=_page('<form method="post" action="/sent"><button>Send</button></form>', "copy"))
    assert _click_twice(page) == 2


def test_a_postcode_fills_an_empty_town_only(opened):
    form = '<form><input data-postcode aria-label="Nr"><input autocomplete="address-level2" aria-label="By"></form>'
    page = opened(html=_page(form, "postcode"))
    page.get_by_label("Nr").press_sequentially("8000")
    expect(page.get_by_label("By")).to_have_value("Aarhus C")
    page.get_by_label("By").fill("Min egen by")
    page.get_by_label("Nr").fill("8200")
    page.wait_for_timeout(200)
    assert page.get_by_label("By").input_value() == "Min egen by"


def test_the_filter_hides_the_other_rows(opened):
    page = opened()
    page.locator("#q").fill("åse")
    assert page.locator("#table tbody tr:visible").count() == 1


def test_the_keyboard_reaches_the_content_first(opened):
    page = opened(html=render_to_string("404.html"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def _click_twice(page: Page) -> int:
    """Two clicks while the answer is on its way; how often the form was sent."""
    sent = []
    page.route("**/sent", lambda route: (sent.append(1), route.fulfill(status=204)))
    for _time in range(2):
        page.evaluate("document.querySelector('button').click()")
        page.wait_for_timeout(250)
    return len(sent)


def _page(body: str, script: str) -> str:
    src = f"/static/web/{script}.js"
    return f'<!doctype html><html lang="da"><head><title>x</title><script type="module" src="{src}"></script></head><body>{body}</body></html>'


def test_the_sizes_include_the_smallest_phone():
    assert min(size["width"] for size in VIEWPORTS.values()) == 320
