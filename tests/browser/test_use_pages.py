"""The pages on which counts of use are read, in a real browser: full, and with nothing yet."""

from datetime import timedelta

import pytest

from conbillet.core import clock
from conbillet.usage.models import ShopCount, SiteCount
from tests.everything import make_staff

WAYS = {
    ("event", ""): 61, ("cart", ""): 14, ("checkout", ""): 13, ("details", ""): 9, ("order", ""): 8, ("paid", ""): 7,
    ("refused", "nothing_chosen"): 3, ("refused", "product_sold_out"): 2, ("refused", "late_money"): 1,
    ("fault", "person_birth_date"): 2, ("fault", "buyer_email"): 1, ("gave_up", ""): 2, ("left", ""): 1,
}  # fmt: skip


@pytest.fixture
def counted(live_world):
    today = clock.copenhagen_day(clock.now())
    days = [today - timedelta(days=back) for back in range(2, 50)]
    ShopCount.objects.bulk_create(
        ShopCount(
            organization=live_world.organization, event=live_world.event, day=day, step=step, detail=detail, language=language,
            times=times * (day.day % 5 + 1) * (9 if language == "da" else 1),
        )
        for (step, detail), times in WAYS.items()
        for day in days
        for language in ("da", "en")
    )  # fmt: skip
    for day in days:
        for page in ("front", "help", "policy", "terms"):
            SiteCount.objects.update_or_create(day=day, page=page, language="da", defaults={"times": day.day * len(page)})
    return live_world


@pytest.mark.parametrize(
    ("viewport", "colour_scheme", "language"),
    [("phone", "light", "da"), ("desktop", "dark", "da"), ("phone", "dark", "en"), ("desktop", "light", "da")],
    indirect=["viewport", "colour_scheme"],
)
def test_visits_fit_and_can_be_read_by_everybody(counted, signed_in, axe, fits, screenshot, viewport, colour_scheme, language):
    office = f"/office/{counted.organization.slug}/events/{counted.event.slug}"
    for person, address, word in ((counted.owner, f"{office}/use/", "funnel"), (make_staff(), "/desk/use/", "funnel")):
        page = signed_in(person, second_factor=True)
        assert page.goto(f"{address}?lang={language}").ok
        assert page.locator(f"table.{word}").count() >= 1
        for fold in page.locator("main details.fold").all():
            fold.locator("summary").click()
        fits(page)
        axe(page)
        screenshot(f"use-{address.split('/')[1]}-{language}-{viewport['width']}-{colour_scheme}", page)


def test_visits_are_found_from_the_figures_and_say_when_there_are_none(live_world, signed_in, axe, fits, screenshot):
    page = signed_in(live_world.owner, second_factor=True)
    page.goto(f"/office/{live_world.organization.slug}/events/{live_world.event.slug}/figures/")
    page.get_by_role("link", name="Besøg").click()
    assert "Kig forbi i morgen" in page.locator("main").inner_text()
    fits(page)
    axe(page)
    screenshot("use-empty", page)
