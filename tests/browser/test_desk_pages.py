"""The desk in a real browser, and the page on which an association leaves: each page in each of its states."""

import re

import pytest
from playwright.sync_api import expect

from conbillet.catalogue.models import Event
from conbillet.certificates.actions.ask_for_certificate import ask_for_certificate
from conbillet.certificates.actions.switch_on import switch_on
from conbillet.certificates.models import CertificateRequest
from conbillet.core import clock
from conbillet.privacy.models import Limit
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.support.models import Case
from tests.browser.desk_world import DAY, furnish
from tests.browser.sizes import light_and_dark
from tests.purchases import ADA, order_of, pay_for


@pytest.fixture
def desk(live_world):
    yield furnish(live_world)
    Case.objects.exclude(state="closed").update(state="closed", closed_at=clock.now())


RAW = re.compile(r"\b(?:user|event|order|contact)\.[a-z_]+\b|\b[a-z]+_[a-z_]+\b|%\(")


@pytest.mark.parametrize(
    ("viewport", "colour_scheme", "language"),
    [("phone", "light", "da"), ("desktop", "dark", "da"), ("phone", "dark", "en"), ("desktop", "light", "en")],
    indirect=["viewport", "colour_scheme"],
)
def test_every_page_of_the_desk_fits_and_can_be_read_by_everybody(
    desk, signed_in, axe, fits, screenshot, viewport, colour_scheme, language
):
    page = signed_in(desk.officer, second_factor=True)
    assert page.goto(f"/desk/?lang={language}").ok
    for name, address in desk.pages.items():
        assert page.goto(address).ok, name
        assert page.locator("h1").count() == 1
        fits(page)
        axe(page)
        assert not RAW.findall(page.locator("main").inner_text()), "what the program calls it, not what people do"
        screenshot(f"{name}-{language}-{viewport['width']}-{colour_scheme}", page)


@light_and_dark
@pytest.mark.parametrize("viewport", ["phone", "desktop"], indirect=True)
def test_leaving_from_the_agreement_to_the_day(
    live_world, signed_in, watch, axe, fits, screenshot, viewport, colour_scheme
):
    """With orders for what is to come, without, agreed to, fetched, taken back; found from the agreement."""
    watch.expect_console("422")
    now, organization = clock.now(), live_world.organization

    def seen(name: str) -> None:
        fits(page)
        axe(page)
        screenshot(f"office-leave-{name}-{viewport['width']}-{colour_scheme}", page)

    pay_for(order_of(live_world, now, Wish(live_world.adult.pk, 1), people=(ADA,)), now)
    page = signed_in(live_world.owner, second_factor=True)
    page.goto(f"/office/{organization.slug}/agreement/")
    page.get_by_role("link", name="Forlad ConBillet").click()
    expect(page.get_by_role("alert")).to_contain_text("Ikke nu")
    seen("obstacles")
    Order.objects.filter(organization=organization).update(state="refunded")
    Event.objects.filter(organization=organization).update(
        state="closed", starts_on=now.date() - 70 * DAY, ends_on=now.date() - 68 * DAY
    )
    page.reload()
    seen("free")
    page.get_by_role("button", name="Sig ja til").click()
    expect(page.locator("#errors")).to_be_visible()
    seen("refused")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Sig ja til").click()
    expect(page.get_by_text("Dataene er ikke hentet endnu")).to_be_visible()
    seen("agreed")
    with page.expect_download():
        page.get_by_role("button", name="Hent dataene").click()
    page.reload()
    expect(page.get_by_text("Dataene blev hentet")).to_be_visible()
    seen("fetched")
    page.get_by_role("button", name="Bliv alligevel").click()
    expect(page.get_by_text("Det er taget tilbage")).to_be_visible()


def test_a_limit_is_seen_on_my_data(desk, live_world, signed_in, axe, fits, screenshot):
    now = clock.now()
    limit = Limit.objects.create(person=live_world.buyer, kind="restriction", from_at=now)
    Limit.objects.create(
        person=live_world.buyer, kind="objection", purpose="use.services", from_at=now, until_at=now + 3 * DAY
    )
    page = signed_in(live_world.buyer)
    page.goto("/my/data/")
    expect(page.get_by_text("Brugen af dine oplysninger er begrænset")).to_be_visible()
    expect(page.get_by_text("Skriv til os inden da")).to_be_visible()
    axe(page)
    fits(page)
    screenshot("my-data-limits", page)
    limit.delete()
    page.reload()
    expect(page.get_by_text("Brugen af dine oplysninger er begrænset")).to_have_count(0)
    page.get_by_role("link", name="Gør indsigelse").click()
    assert page.get_by_label("Hvad handler det om?").input_value() == "objection"


@pytest.mark.parametrize(
    ("viewport", "colour_scheme"),
    [("phone", "light"), ("desktop", "dark"), ("small", "dark")],
    indirect=True,
)
def test_certificates_are_asked_for_given_and_settled(
    live_world, signed_in, axe, fits, screenshot, viewport, colour_scheme
):
    """Switched off, on, asked, given; for the owner and for the person who is asked."""
    home = f"/office/{live_world.organization.slug}/certificates/"

    def seen(page, name: str) -> None:
        fits(page)
        axe(page)
        screenshot(f"certificates-{name}-{viewport['width']}-{colour_scheme}", page)

    now = clock.now()
    office, crew = signed_in(live_world.owner, second_factor=True), signed_in(live_world.door_crew)
    office.goto(home)
    seen(office, "off")
    scheme = switch_on(
        organization=live_world.organization, purpose="Børneaktiviteter med overnatning", basis="children",
        actor=live_world.actor(live_world.owner), now=now,
    )  # fmt: skip
    asked = ask_for_certificate(
        organization=live_world.organization, person_id=live_world.door_crew.pk, name="Dorte Dør",
        actor=live_world.actor(live_world.owner), now=now,
    )  # fmt: skip
    office.goto(home)
    seen(office, "on")
    crew.goto("/my/certificates/")
    seen(crew, "mine")
    CertificateRequest.objects.filter(pk=asked.pk).update(
        state="given", consented_at=now, consent_version=scheme.consent_version
    )
    for page, address, name in (
        (office, f"{home}{asked.reference}/", "given"),
        (crew, "/my/certificates/", "mine-given"),
    ):
        page.goto(address)
        seen(page, name)
