"""The office's event pages in a browser: every size, both schemes, checked by axe; and a shop made with few answers."""

from datetime import timedelta

import pytest

from conbillet.catalogue.models import Event, Quota
from conbillet.core import clock
from tests.browser.sizes import VIEWPORTS
from tests.cast import make_event


@pytest.fixture
def office(live_world):
    Quota.objects.filter(pk=live_world.people.pk).update(sold=6, held=1)
    make_event(live_world.organization, "next", name="Fastaval næste år", state=Event.State.DRAFT)
    return f"/office/{live_world.organization.slug}/events/"


@pytest.mark.parametrize("size", list(VIEWPORTS))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_event_pages_fit_and_can_be_read_by_everybody(
    live_world, office, signed_in, axe, fits, screenshot, size, scheme
):
    page = signed_in(live_world.owner, second_factor=True, size=size, color_scheme=scheme)
    event = f"{office}{live_world.event.slug}/"
    pages = {
        "list": office, "new": f"{office}new/", "overview": event, "edit": f"{event}edit/", "picture": f"{event}picture/",
        "product": f"{event}products/{live_world.adult.pk}/", "sizes": f"{event}products/{live_world.shirt.pk}/",
        "quota": f"{event}quotas/{live_world.people.pk}/", "cancel": f"{event}state/cancel/", "publish": f"{office}next/state/publish/",
    }  # fmt: skip
    for name, address in pages.items():
        answer = page.goto(address)
        assert answer.status == 200, address
        fits(page)
        axe(page)
        screenshot(f"office-{name}-{size}-{scheme}", page)


def test_a_few_answers_make_a_shop_that_can_be_published(live_world, office, signed_in, new_context):
    page = signed_in(live_world.owner, second_factor=True, size="phone")
    first = clock.copenhagen_day(clock.now()) + timedelta(days=120)
    page.goto(f"{office}new/")
    page.get_by_label("Hvad hedder den?").fill("Hyggecon på Øen")
    page.get_by_label("Første dag").fill(first.isoformat())
    page.get_by_label("Sidste dag").fill((first + timedelta(days=2)).isoformat())
    page.get_by_label("Hvor bliver den holdt?").fill("Skolen")
    page.get_by_label("Hvor mange må der være i huset?").fill("250")
    page.get_by_label("Hvad koster en billet?").fill("1.250,50")
    page.get_by_role("button", name="Lav kladden").click()
    page.get_by_role("link", name="Åbn for alle").click()
    page.get_by_role("button", name="Åbn for alle").click()
    page.get_by_role("link", name="Se siden").click()
    assert page.url.endswith(f"/{live_world.organization.slug}/hyggecon-paa-oeen/")
    visitor = new_context().new_page()
    visitor.goto(page.url)
    assert "1.250,50" in visitor.get_by_text("Fra 1.250,50").first.inner_text()
