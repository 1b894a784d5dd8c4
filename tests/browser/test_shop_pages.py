"""The first pages that visitors see: front page, association, event. Every size, light and dark, checked by axe."""

from datetime import timedelta

import pytest

from conbillet.catalogue.actions.update_event import update_event
from conbillet.catalogue.models import Event, Quota
from conbillet.core import clock
from tests.browser.sizes import at_every_size, light_and_dark
from tests.cast import make_event, make_product, make_quota

ABOUT = """Fastaval er **Danmarks største** festival for rollespil og brætspil: fem dage i påsken, hvor 900 gæster bor,
spiser og spiller sammen på en skole i Himmerland.

## Hvad sker der?
- 40 scenarier, skrevet til lejligheden
- brætspilsdesignernes egne prototyper
- banket med **Otto-uddelingen** søndag aften

Du behøver ikke kende nogen. [Læs mere hos os](https://alea.example)."""
PRACTICAL = (
    "Husk sovepose, liggeunderlag og kop. Der er brusere i hallen. **Ingen kontanter**: betal med kort eller MobilePay."
)


@pytest.fixture
def convention(live_world):
    now = clock.now()
    values = {
        "description_da": ABOUT,
        "practical_da": PRACTICAL,
        "tagline_da": "Fem dage med rollespil, brætspil og gode venner midt i Himmerland.",
    }
    update_event(event=live_world.event, values=values, actor=live_world.actor(live_world.owner), now=now)
    world = live_world
    for number, day in enumerate(("torsdag", "fredag")):
        make_product(
            world.event, "meal", f"Aftensmad {day}", 7500, needs_ticket=True, needs_person=True, position=10 + number
        )
    Quota.objects.filter(pk=world.beds.pk).update(sold=2)
    first = world.event.starts_on
    for slug, name, city, _colour, days in (
        ("hygge", "Hyggecon", "Aarhus", "#0f766e", 40),
        ("anime", "Sakuracon", "København", "#be185d", 70),
        ("larp", "Skyggernes Ø", "Ærøskøbing", "#854d0e", -60),
    ):
        event = make_event(
            world.other,
            slug,
            name=name,
            city=city,
            venue="Kulturhuset",
            starts_on=first + timedelta(days=days),
            ends_on=first + timedelta(days=days + 2),
            tagline_da="En weekend med spil, snak og kage.",
            state=Event.State.LIVE,
        )
        make_product(event, "ticket", "Billet", 25000, quotas=[make_quota(event, "Hus", 100)])
    world.other.accent_colour = "#0f766e"
    world.other.save()
    return world


def addresses(world):
    return {
        "front": "/",
        "association": f"/{world.organization.slug}/",
        "event": f"/{world.organization.slug}/{world.event.slug}/",
    }


@at_every_size
@light_and_dark
def test_the_public_pages_fit_and_can_be_read_by_everybody(
    convention, page, axe, fits, screenshot, viewport, colour_scheme
):
    for name, address in addresses(convention).items():
        page.goto(address)
        assert page.locator("h1").count() == 1
        fits(page)
        axe(page)
        screenshot(f"shop-{name}-{viewport['width']}-{colour_scheme}")


def test_choosing_adds_up_and_the_pages_set_no_cookie(convention, page, context):
    page.goto(addresses(convention)["event"])
    page.get_by_role("button", name="Én mere: Adult, all days").click(click_count=2)
    page.get_by_role("button", name="Én mere: T-shirt M").click()
    page.get_by_label("Beløb i kroner: Donation").fill("12,50")
    assert "962,50" in page.locator("[data-sum]").inner_text()
    page.get_by_role("button", name="Én færre: Adult, all days").click()
    assert "562,50" in page.locator("[data-sum]").inner_text()
    for address in addresses(convention).values():
        page.goto(address)
    assert context.cookies() == []


def test_the_front_page_is_searched_without_script(convention, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("Sted").select_option("København")
    page.get_by_label("Søg").fill("Sakuracon")
    page.get_by_role("button", name="Søg").click()
    assert page.locator("article h3").first.inner_text() == "Sakuracon"
    page.goto("/?q=there+is+no+such+thing")
    assert page.get_by_role("link", name="Vis alle conner").is_visible()


COVERED = """() => {
  const bar = document.querySelector(".buy-bar").getBoundingClientRect();
  const sticky = getComputedStyle(document.querySelector(".buy-bar")).position === "sticky";
  const held = document.activeElement.getBoundingClientRect();
  const inside = document.querySelector(".buy-bar").contains(document.activeElement);
  return sticky && !inside && held.bottom > bar.top && held.top < bar.bottom;
}"""


@pytest.mark.parametrize("size", [(390, 600), (320, 256)], ids=["phone", "zoomed to 400 %"])
def test_what_the_keyboard_reaches_is_not_behind_the_bar(convention, new_context, size):
    """WCAG 2.2, 2.4.11: the bar with the total sticks to the window's edge, and nothing with the focus hides behind it."""
    page = new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    page.goto(addresses(convention)["event"])
    page.get_by_role("button", name="Én mere: Adult, all days").click()
    first = page.locator("form[data-shop] input").first
    first.focus()
    reached = 0
    while page.evaluate("document.activeElement.closest('form[data-shop]') !== null"):
        assert not page.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")
        reached += 1
    assert reached > 15
