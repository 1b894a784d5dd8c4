"""Statistics in a real browser: full and with too few, for the office and for everybody."""

from datetime import date

import pytest

from conbillet.core import clock
from conbillet.statistics.models import PublicPage
from conbillet.statistics.tests.crowd import Guest, let_come
from conbillet.workflows.statistics import take_statistics


@pytest.fixture
def full(live_world):
    guests = [
        Guest(gender, date(birth, 1, 1), postcode)
        for birth in (1955, 1975, 1990, 1998, 2004)
        for gender, postcode in (("woman", "8000"), ("man", "2100"), ("other", "5000"))
    ]
    let_come(live_world.event, live_world.adult, guests * 12, now=clock.now())
    take_statistics(now=clock.now())
    PublicPage.objects.create(organization=live_world.organization, is_on=True, changed_at=clock.now())
    return live_world


@pytest.mark.parametrize(
    ("viewport", "colour_scheme", "language"),
    [("phone", "light", "da"), ("desktop", "dark", "en")],
    indirect=["viewport", "colour_scheme"],
)
def test_they_fit_and_can_be_read_by_everybody(full, signed_in, axe, fits, screenshot, viewport, colour_scheme, language):
    slug = full.organization.slug
    page = signed_in(full.owner, second_factor=True)
    for name, address in (
        ("years", f"/office/{slug}/statistics/"),
        ("event", f"/office/{slug}/events/{full.event.slug}/statistics/"),
        ("public", f"/{slug}/statistics/"),
    ):
        assert page.goto(f"{address}?lang={language}").ok
        for fold in page.locator("main details").all():
            fold.locator("summary").first.click()
        assert page.locator("main figure.chart").count() >= 1
        fits(page)
        axe(page)
        screenshot(f"statistics-{name}-{language}-{viewport['width']}-{colour_scheme}", page)


def test_an_owner_shows_them_to_everybody_and_takes_them_away(live_world, signed_in, axe, fits):
    slug = live_world.organization.slug
    page = signed_in(live_world.owner, second_factor=True)
    page.goto(f"/office/{slug}/statistics/")
    assert "Der er endnu ikke folk nok" in page.locator("main").inner_text()
    fits(page)
    axe(page)
    page.get_by_role("button", name="Vis siden for alle").click()
    page.get_by_role("link", name="Se den offentlige side").click()
    assert page.locator("h1").inner_text() == "Hvem kommer"
    page.goto(f"/office/{slug}/statistics/")
    page.get_by_role("button", name="Slå den offentlige side fra").click()
    assert "Kun I kan se den" in page.locator("#public").inner_text()
