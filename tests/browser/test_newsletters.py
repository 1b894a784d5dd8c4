"""A newsletter from both sides: a visitor signs up and leaves, the office writes, looks, sends and watches."""

import re
import secrets

import httpx
import pytest

from conbillet.consents.ledger import has_consented
from tests.browser.sign_in import sign_in


@pytest.mark.proves("use.services")
def test_signing_up_getting_it_and_leaving_with_one_click(live_world, live_house, new_context, axe, fits, screenshot, watch):
    watch.expect_console("422")
    slug, address = live_world.organization.slug, f"{secrets.token_hex(6)}@example.com"
    guest = new_context(java_script_enabled=False)
    page = guest.new_page()
    page.goto(f"/{slug}/")
    page.get_by_label("E-mail").fill(address)
    page.get_by_role("button", name="Få nyheder på mail").click()
    assert page.get_by_text("Kig i din mail.").is_visible()
    page.goto(re.search(r"/newsletter/\w+/\w+/", live_house.mails.wait(to=address)["text"])[0])
    page.get_by_role("button", name="Ja, send mig nyheder").click()
    assert has_consented(email=address, organization_id=live_world.organization.pk)

    context = new_context()
    sign_in(context, live_world.owner, url=str(live_house), second_factor=True)
    office = context.new_page()
    office.goto(f"/office/{slug}/newsletters/new/")
    office.get_by_role("button", name="Gem og se det").click()
    assert office.locator("#errors").is_visible()
    office.get_by_label("Emne på dansk").fill("Sommercon")
    office.get_by_label("Tekst på dansk").fill("Vi ses **snart**.\n\n[Læs mere](https://example.org/mere)")
    axe(office)
    fits(office)
    office.get_by_role("button", name="Gem og se det").click()
    frame = office.frame_locator("iframe.phone")
    frame.get_by_role("heading", name="Sommercon").wait_for()
    assert frame.locator("body").evaluate("body => getComputedStyle(body).margin") == "0px", "its style is allowed"
    fits(office)
    screenshot("office-newsletter", office)
    office.get_by_label(re.compile("Ja, send det til")).check()
    office.get_by_role("button", name="Send nyhedsbrevet").click()
    letter = live_house.mails.wait(to=address, after=live_house.mails.messages(to=address)[-1]["id"])
    assert letter["subject"] == "Sommercon" and "https://example.org/mere" in letter["text"]
    office.get_by_role("heading", name="Det er sendt").wait_for()  # the page notices by itself
    axe(office)

    # As the mail program does it: one POST from elsewhere, without a cookie.
    link = re.search(r"http\S+/newsletter/\w+/\w+/", letter["text"])[0]
    page.goto(link)
    assert page.get_by_role("button", name="Ikke flere nyheder").is_visible() and guest.cookies() == []
    answer = httpx.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert not has_consented(email=address, organization_id=live_world.organization.pk)

    page.goto(f"/newsletter/from/{slug}/")
    page.get_by_role("link", name="Sommercon").click()
    assert page.get_by_text("Vi ses snart.").is_visible()
