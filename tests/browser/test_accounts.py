"""Signing in, my pages and the association's pages in a real browser: readable by everybody, at every size."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.house import LiveHouse
from tests.browser.sizes import at_every_size, light_and_dark

ENTRANCES = ["/accounts/login/", "/accounts/signup/", "/accounts/login/password/"]
MINE = ["/my/", "/my/profile/", "/my/security/", "/my/data/", "/my/data/correct/", "/my/data/package/", "/my/consents/", "/my/find-orders/", "/accounts/password/", "/accounts/email/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/office/", "/office/start/"]  # fmt: skip
OFFICE = ["", "settings/", "agreement/", "roles/", "payments/"]


def code_for(house: LiveHouse, address: str) -> str:
    """The code in the mail that has just come to an address; notices that came before are passed over."""
    after = 0
    while mail := house.mails.wait(to=address, after=after):
        after = mail["id"]
        if found := re.search(r"^(\d{6})\r?$", mail["text"], re.MULTILINE):
            return found.group(1)
    raise AssertionError(f"no code came to {address}")


def fresh_address(world) -> str:
    return f"ny-{world.organization.slug}@example.com"


@at_every_size
@light_and_dark
def test_the_ways_in_are_open_to_everybody(page: Page, live_house, axe, fits, screenshot, viewport, colour_scheme):
    for url in ENTRANCES:
        page.goto(url)
        axe(page)
        fits(page)
        screenshot(f"{_name(url)}-{viewport['width']}-{colour_scheme}")


@at_every_size
@light_and_dark
def test_my_pages_are_readable_by_everybody(signed_in, live_world, axe, fits, screenshot, viewport, colour_scheme):
    page = signed_in(live_world.buyer)
    for url in MINE:
        page.goto(url)
        assert page.url.endswith(url), page.url
        axe(page)
        fits(page)
        screenshot(f"{_name(url)}-{viewport['width']}-{colour_scheme}", page)


@at_every_size
@light_and_dark
def test_the_associations_pages_are_readable_by_everybody(signed_in, live_world, axe, fits, screenshot, viewport, colour_scheme):  # fmt: skip
    page = signed_in(live_world.owner, second_factor=True)
    for path in OFFICE:
        page.goto(f"/office/{live_world.organization.slug}/{path}")
        axe(page)
        fits(page)
        screenshot(f"office-{path.strip('/') or 'home'}-{viewport['width']}-{colour_scheme}", page)


def _name(url: str) -> str:
    return url.strip("/").replace("/", "-")


def test_signing_up_with_a_code_and_filling_in_the_profile(page: Page, live_house, live_world, axe, screenshot, watch):
    watch.expect_console("Failed to load resource.*422")  # the wrong code
    address = fresh_address(live_world)
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(address)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/code/")
    axe(page)
    screenshot("code")
    code = page.locator("input[name=code]")
    code.fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    axe(page)
    code.fill(code_for(live_house, address))
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/profile/")
    page.locator("input[name=name]").fill("Åse Østergård")
    page.locator("input[name=birth_date]").fill("24.12.1999")
    page.locator("input[name=postcode]").press_sequentially("9500")
    expect(page.locator("input[name=city]")).to_have_value("Hobro")
    page.locator("main form button").last.click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator("input[name=birth_date]")).to_have_value("24-12-1999")


def test_signing_up_works_without_javascript(new_context: Callable[..., BrowserContext], live_house, live_world):
    page, address = new_context(java_script_enabled=False).new_page(), fresh_address(live_world)
    page.goto("/accounts/login/")
    page.locator("input[name=email]").fill(address)
    page.keyboard.press("Enter")
    page.locator("input[name=code]").fill(code_for(live_house, address))
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/profile/")


@pytest.fixture
def passkeys(page: Page) -> Page:
    """A page whose browser has a device that keeps passkeys, and a finger that always fits."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def test_signing_up_with_a_passkey_and_coming_back_with_one_touch(passkeys: Page, live_house, live_world, screenshot):
    page, address = passkeys, fresh_address(live_world)
    page.goto("/accounts/signup/")
    page.locator("input[name=email]").fill(address)
    page.locator("input[name=then][value=passkey]").check()
    page.locator("main form button").first.click()
    page.locator("input[name=code]").fill(code_for(live_house, address))
    page.keyboard.press("Enter")
    page.wait_for_url("**/webauthn/add/**")
    page.locator("[data-passkey-create] button").click()
    page.locator("#recovery-codes").wait_for()
    screenshot("recovery-codes")
    page.goto("/my/security/")
    screenshot("security-with-passkey")
    page.goto("/accounts/logout/")
    page.locator("main form button").first.click()
    page.wait_for_url("**/")
    page.goto("/accounts/login/?next=/my/data/")
    page.locator("[data-passkey-login] button").click()
    page.wait_for_url("**/my/data/")


def test_a_passkey_opens_the_office_without_a_second_question(passkeys: Page, live_house, live_world):
    """It is two factors at once: something one has, unlocked by something one is or knows."""
    from tests.browser.sign_in import sign_in

    page, office = passkeys, f"/office/{live_world.organization.slug}/"
    sign_in(page.context, live_world.owner, url=live_house.url)
    page.goto(office)
    page.wait_for_url("**/accounts/2fa/?required=1**")
    page.locator("main a.button.primary").click()
    page.locator("[data-passkey-create] button").click()
    page.locator("#recovery-codes").wait_for()
    page.locator("main a.button.primary").last.click()
    page.wait_for_url(f"**{office}")
    page.context.clear_cookies()
    page.goto(office)
    page.locator("[data-passkey-login] button").click()
    page.wait_for_url(f"**{office}")


def test_after_the_code_a_passkey_answers_for_the_second_factor(passkeys: Page, live_house, live_world):
    from tests.browser.sign_in import sign_in

    page = passkeys
    sign_in(page.context, live_world.buyer, url=live_house.url)
    page.goto("/accounts/2fa/webauthn/add/")
    page.locator("[data-passkey-create] button").click()
    page.locator("#recovery-codes").wait_for()
    page.context.clear_cookies()
    address = live_world.buyer.account.email
    page.goto("/accounts/login/")
    page.locator("input[name=email]").fill(address)
    page.keyboard.press("Enter")
    page.locator("input[name=code]").fill(code_for(live_house, address))
    page.keyboard.press("Enter")
    page.wait_for_url("**/2fa/authenticate/")
    page.locator("[data-passkey-use] button").click()
    page.wait_for_url("**/my/")


def test_connecting_stripe_leads_there_and_back(signed_in, live_house, live_world, watch):
    page = signed_in(live_world.owner, second_factor=True, size="desktop")
    page.goto(f"/office/{live_world.organization.slug}/payments/")
    expect(page.get_by_text("acct_")).to_be_visible()


@light_and_dark
@at_every_size
def test_recovery_codes_fit_and_one_of_them_opens_the_second_door(
    live_world, live_house, signed_in, new_context, fits, axe, screenshot, viewport, colour_scheme
):
    page = signed_in(live_world.owner, second_factor=True)
    page.goto("/accounts/2fa/recovery-codes/")
    fits(page)
    axe(page)
    page.locator("main form button").click()
    codes = page.locator("#recovery-codes").inner_text().split()
    assert len(codes) == 10
    fits(page)
    axe(page)
    screenshot(f"recovery-codes-{viewport['width']}-{colour_scheme}", page)
    if (viewport["width"], colour_scheme) == (390, "light"):
        page, address = new_context().new_page(), live_world.owner.account.email
        page.goto("/accounts/login/?next=/my/data/")
        page.locator("input[name=email]").fill(address)
        page.keyboard.press("Enter")
        page.locator("input[name=code]").fill(code_for(live_house, address))
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Brug en nødkode").click()
        fits(page)
        axe(page)
        screenshot("recovery-code-asked", page)
        page.locator("input[name=code]").fill(codes[3].lower())
        page.keyboard.press("Enter")
        page.wait_for_url("**/my/data/")
