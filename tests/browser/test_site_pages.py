"""Policy, cookies, help and desk in a real browser: every size, light and dark, checked by axe, and without script."""

import re
import secrets
from datetime import timedelta

import pytest

from conbillet.accounts.models import StaffRole
from conbillet.consents.ledger import has_consented
from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.support.models import Case
from conbillet.workflows.cases import answer_by_mail, receive_case
from tests.browser.sign_in import sign_in
from tests.browser.sizes import at_every_size, light_and_dark
from tests.cast import make_person

PUBLIC = {
    "policy": "/policy/",
    "policy-2019": "/policy/2019-07-12/",
    "policy-changes": "/policy/changes/?from=2019-07-12&to=2026-11-22",
    "terms": "/policy/terms/",
    "cookies": "/policy/cookies/",
    "newsletter": "/newsletter/",
    "help": "/help/",
    "help-sent": "/help/?sent=1",
    "find-order": "/help/find-order/",
}


@at_every_size
@light_and_dark
def test_pages_about_the_site_fit_and_can_be_read_by_everybody(live_world, page, context, axe, fits, screenshot, viewport, colour_scheme):
    for name, address in PUBLIC.items():
        assert page.goto(address).ok
        assert page.locator("h1").count() == 1
        fits(page)
        axe(page)
        screenshot(f"site-{name}-{viewport['width']}-{colour_scheme}")
    assert context.cookies() == []


@pytest.mark.proves("policy.full_and_short")
def test_on_a_phone_one_chooses_the_length_without_script(live_world, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/policy/")
    clause = page.locator("[id='collect.gender']")
    assert clause.locator(".short").is_visible() and not clause.locator(".full").is_visible()
    page.get_by_text("Det hele", exact=True).click()
    assert clause.locator(".full").is_visible() and not clause.locator(".short").is_visible()
    page.get_by_text("Begge", exact=True).click()
    assert clause.locator(".full").is_visible() and clause.locator(".short").is_visible()


@pytest.mark.proves("policy.full_and_short")
@pytest.mark.parametrize("viewport", ["desktop"], indirect=True)
def test_on_a_computer_both_stand_beside_each_other(live_world, page, viewport):
    page.goto("/policy/")
    clause = page.locator("[id='collect.gender']")
    full, short = clause.locator(".full").bounding_box(), clause.locator(".short").bounding_box()
    assert full["x"] + full["width"] <= short["x"] and abs(full["y"] - short["y"]) < 4


@pytest.mark.proves("cookie.consent")
def test_yes_and_back_again_is_a_click_each_without_script(live_world, new_context, screenshot):
    context = new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto("/policy/cookies/")
    page.get_by_role("button", name="Alle cookies i tabellen").click()
    assert [cookie["name"] for cookie in context.cookies()] == ["consent"]
    screenshot("site-cookies-answered", page)
    page.get_by_role("button", name="Træk mit svar tilbage").click()
    assert context.cookies() == []
    assert page.get_by_text("Dit svar er trukket tilbage").is_visible()


@pytest.mark.proves("cookie.consent")
def test_the_browsers_signal_is_seen(live_world, new_context):
    page = new_context(extra_http_headers={"Sec-GPC": "1"}).new_page()
    page.goto("/policy/cookies/")
    assert page.get_by_text("Din browser siger nej for dig.").is_visible()
    assert page.get_by_role("button", name="Alle cookies i tabellen").count() == 0


@pytest.mark.proves("use.services")
def test_news_are_asked_for_confirmed_and_stopped_without_script(live_world, live_house, new_context, axe, fits, screenshot):
    context = new_context(java_script_enabled=False)
    page = context.new_page()
    address = f"{secrets.token_hex(6)}@example.com"
    page.goto(f"/newsletter/?from={live_world.organization.slug}")
    page.get_by_label("E-mail").fill(address)
    page.get_by_role("button", name="Send mig et link").click()
    assert page.get_by_text("Kig i din mail.").is_visible()
    letter = live_house.mails.wait(to=address)
    link = re.search(r"/newsletter/\w+/\w+/", letter["text"])[0]
    seen = new_context().new_page()  # axe needs script
    seen.goto(link)
    axe(seen)
    fits(seen)
    screenshot("site-newsletter-answer", seen)
    page.goto(link)
    page.get_by_role("button", name="Ja, send mig nyheder").click()
    assert has_consented(email=address, organization_id=live_world.organization.pk)
    page.get_by_role("button", name="Ikke flere nyheder").click()
    assert page.get_by_text("Du har trukket dit ja tilbage.").is_visible()
    assert not has_consented(email=address, organization_id=live_world.organization.pk)
    assert context.cookies() == []


@pytest.mark.proves("collect.contact")
def test_somebody_writes_to_us_without_script(live_world, new_context, watch):
    watch.expect_console("422")
    context = new_context(java_script_enabled=False)
    page = context.new_page()
    address = f"{secrets.token_hex(6)}@example.com"
    page.goto("/help/?kind=refund")
    page.get_by_label("Din besked").fill("Jeg er blevet syg.")
    page.get_by_label("E-mail").fill("ikke en adresse")
    page.get_by_role("button", name="Send", exact=True).click()
    assert page.locator("#errors").is_visible()
    assert page.get_by_label("Din besked").input_value() == "Jeg er blevet syg."
    page.get_by_label("E-mail").fill(address)
    page.get_by_role("button", name="Send", exact=True).click()
    assert page.get_by_text("Tak, vi har fået din besked.").is_visible()
    assert Case.objects.get(email=address).kind == "refund"
    assert context.cookies() == []


@at_every_size
@light_and_dark
def test_the_desk_fits_and_can_be_read_by_everybody(live_world, live_house, page, context, axe, fits, screenshot, viewport, colour_scheme):
    now = clock.now()
    agent = make_person("Signe Support", f"signe-{secrets.token_hex(4)}@conbillet.example")
    StaffRole.objects.create(account=agent.account, kind=StaffRole.Kind.SUPPORT_AGENT, granted_at=now)
    sign_in(context, agent, url=str(live_house), second_factor=True)
    values = {"text": "Hej\n\nJeg er blevet syg og kan ikke komme. Kan jeg få pengene tilbage?", "language": "da", "actor": ANONYMOUS}
    case = receive_case(kind="refund", name="Bodil Buyer", email="bodil@example.com", event=live_world.event, now=now, **values)
    late = receive_case(kind="other", name="", email="bo@example.com", event=None, now=now - timedelta(days=9), **values)
    answer_by_mail(case=case, text="Hej Bodil\n\nGod bedring!", actor=ANONYMOUS, now=now)
    pages = {
        "cases": "/desk/", "case": f"/desk/cases/{case.reference}/", "case-late": f"/desk/cases/{late.reference}/",
        "health": "/desk/health/", "associations": "/desk/associations/",
    }  # fmt: skip
    for name, address in pages.items():
        assert page.goto(address).ok
        fits(page)
        axe(page)
        screenshot(f"desk-{name}-{viewport['width']}-{colour_scheme}")
    Case.objects.exclude(state="closed").update(state="closed", closed_at=now)
