"""Two browsers talk: a visitor on a phone and an agent at a desk; typing, presence, lost connections, and without script."""

import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from conbillet.core import clock
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.support.models import CannedAnswer, Chat, ChatMessage
from tests.browser.house import LiveHouse
from tests.browser.sizes import at_every_size, light_and_dark
from tests.purchases import paid_order

SAID = ".said"


@pytest.fixture
def begin_address(live_world) -> str:
    return f"/support/with/{live_world.organization.slug}/"


def begin(page: Page, address: str, text: str = "Hej, er der plads?") -> Chat:
    page.goto(address)
    page.get_by_label("Din besked").fill(text)
    page.get_by_role("button", name="Begynd chatten").click()
    expect(page.locator(SAID).first).to_contain_text(text)
    return Chat.objects.get(reference=re.search(r"/support/(\w+)/", page.url)[1])


def write(page: Page, text: str, label: str = "Din besked") -> None:
    page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def is_live(page: Page) -> None:
    expect(page.locator("[data-chat][data-connected], [data-queue][data-connected]")).to_be_attached()


@pytest.fixture
def agent(signed_in: Callable[..., Page], live_world) -> Page:
    page = signed_in(live_world.owner, second_factor=True, size="desktop")
    page.goto(f"/office/{live_world.organization.slug}/chat/")
    is_live(page)
    return page


@pytest.fixture
def taken(page: Page, agent: Page, begin_address: str) -> Chat:
    """The visitor has begun, the agent has found it in the queue and taken it; both pages are open and connected."""
    chat = begin(page, begin_address)
    is_live(page)
    agent.get_by_role("link", name=chat.number).click()
    agent.get_by_role("button", name="Tag den").click()
    is_live(agent)
    expect(page.locator(SAID).last).to_contain_text("Nu er der nogen")
    return chat


def test_they_talk(page: Page, agent: Page, taken: Chat, axe, fits, screenshot) -> None:
    write(agent, "Ja, kom bare!", "Dit svar")
    expect(page.locator(f"{SAID}.theirs").last).to_contain_text("Ja, kom bare!")
    write(page, "Tak, <b>vi</b> ses")
    expect(agent.locator(f"{SAID}.theirs").last).to_contain_text("Tak, <b>vi</b> ses")
    expect(page.locator(f"{SAID}.mine").last).to_contain_text("Tak, <b>vi</b> ses")
    expect(page.locator(".sending")).to_have_count(0)
    expect(page.locator("[data-presence]")).to_have_text("Der er nogen, som svarer dig nu.")
    expect(agent.locator("[data-presence]")).to_have_text("Den besøgende er her.")
    for one in (page, agent):
        axe(one)
        fits(one)
    screenshot("chat_visitor")
    screenshot("chat_agent", agent)
    assert [message.text for message in taken.messages.order_by("number") if message.text] == [
        "Hej, er der plads?", "Ja, kom bare!", "Tak, <b>vi</b> ses",
    ]  # fmt: skip


def test_who_writes_is_seen_by_the_other(page: Page, agent: Page, taken: Chat) -> None:
    expect(page.locator("[data-typing-note]")).to_be_hidden()
    agent.get_by_label("Dit svar").press_sequentially("Jeg ser lige efter")
    expect(page.locator("[data-typing-note]")).to_be_visible()
    page.get_by_label("Din besked").press_sequentially("Hvad")
    expect(agent.locator("[data-typing-note]")).to_be_visible()
    write(agent, "Jeg har set efter", "Dit svar")
    expect(page.locator(f"{SAID}.theirs").last).to_contain_text("Jeg har set efter")
    expect(page.locator("[data-typing-note]")).to_be_hidden()
    assert not ChatMessage.objects.filter(chat=taken, event="typing").exists()


def test_the_queue_shows_a_newcomer_by_itself(page: Page, agent: Page, begin_address: str, axe, fits) -> None:
    page.goto(begin_address)
    expect(page.locator(".presence")).to_have_text("Der er nogen, som svarer dig nu.")
    chat = begin(page, begin_address)
    expect(agent.get_by_role("link", name=chat.number)).to_be_visible()
    axe(agent)
    fits(agent)


def test_nothing_is_lost_while_the_live_endpoint_is_away(
    page: Page, agent: Page, taken: Chat, live_house: LiveHouse, watch
) -> None:
    watch.expect_console("ERR_|Failed to load resource")
    live_house.kill("live")
    write(agent, "Sagt, mens linjen var nede", "Dit svar")
    expect(agent.locator(f"{SAID}.mine").last).to_contain_text("linjen var nede")
    live_house.start("live")
    expect(page.locator(f"{SAID}.theirs").last).to_contain_text("linjen var nede", timeout=15_000)


def test_what_is_sent_while_the_web_server_is_away_arrives_once(
    page: Page, agent: Page, taken: Chat, live_house: LiveHouse, watch
) -> None:
    watch.expect_console("ERR_|Failed to load resource|status of 5")
    live_house.kill("web")
    write(page, "Første, uden server")
    expect(page.locator(".sending")).to_contain_text("Ingen forbindelse")
    write(page, "Anden, uden server")
    live_house.start("web")
    expect(page.locator(".sending")).to_have_count(0, timeout=20_000)
    expect(agent.locator(f"{SAID}.theirs").last).to_contain_text("Anden, uden server")
    texts = [one.text for one in taken.messages.order_by("number") if one.by == "visitor"]
    assert texts == ["Hej, er der plads?", "Første, uden server", "Anden, uden server"]


def test_a_picture_is_seen_by_both(page: Page, agent: Page, taken: Chat, tmp_path, watch) -> None:
    watch.expect_console("status of 422")
    Image.new("RGB", (120, 80), "teal").save(tmp_path / "kort.png")
    page.get_by_label("Billede eller tekstfil").set_input_files(tmp_path / "kort.png")
    write(page, "Her er det")
    for one in (page, agent):
        shown = one.locator(f"{SAID} img")
        expect(shown).to_be_visible()
        assert shown.evaluate("one => one.complete && one.naturalWidth > 0 || one.decode().then(() => true)")
    page.get_by_label("Billede eller tekstfil").set_input_files(
        {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-problem]")).to_contain_text("Filen blev ikke taget imod")


def test_a_canned_answer_is_put_into_the_box(page: Page, agent: Page, taken: Chat, live_world) -> None:
    CannedAnswer.objects.create(organization=live_world.organization, title="Plads", text_da="Der er plads.")
    agent.reload()
    agent.get_by_role("link", name="Plads").click()
    expect(agent.get_by_label("Dit svar")).to_have_value("Der er plads.")
    agent.keyboard.press("Enter")
    expect(page.locator(f"{SAID}.theirs").last).to_contain_text("Der er plads.")


def test_ending_is_seen_by_the_visitor_who_says_how_it_was(page: Page, agent: Page, taken: Chat, axe, screenshot, watch) -> None:
    agent.get_by_role("button", name="Afslut samtalen").click()
    expect(page.get_by_role("heading", name="Samtalen er slut")).to_be_visible()
    page.get_by_role("button", name="5", exact=True).click()
    expect(page.get_by_text("Tak for dit svar")).to_be_visible()
    axe(page)
    screenshot("chat_over")
    taken.refresh_from_db()
    assert taken.rating == 5


@at_every_size
@light_and_dark
def test_it_looks_right(page: Page, begin_address: str, axe, fits, screenshot, viewport, colour_scheme) -> None:
    name = f"{viewport['width']}_{colour_scheme}"
    page.goto(begin_address)
    axe(page)
    fits(page)
    screenshot(f"chat_begin_{name}")
    begin(page, begin_address, "Hej, er der plads? " * 8 + "\n\nEt_langt_ord_uden_mellemrum" * 5)
    expect(page.get_by_role("heading", name="Få svaret på mail")).to_be_visible()
    axe(page)
    fits(page)
    screenshot(f"chat_{name}")


def test_the_agents_pages_look_right(agent: Page, page: Page, taken: Chat, live_world, axe, fits, screenshot) -> None:
    CannedAnswer.objects.create(organization=live_world.organization, title="Plads", text_da="Der er plads.")
    base = f"/office/{live_world.organization.slug}/chat/"
    for width in (390, 1280):
        agent.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            agent.emulate_media(color_scheme=scheme)
            for name, address in (("queue", base), ("past", f"{base}past/"), ("answers", f"{base}answers/"), ("talk", f"{base}{taken.reference}/")):
                agent.goto(address)
                axe(agent)
                fits(agent)
                screenshot(f"office_chat_{name}_{width}_{scheme}", agent)


def test_without_script(new_context, live_world, begin_address: str, agent: Page) -> None:
    plain = new_context(java_script_enabled=False).new_page()
    chat = begin(plain, begin_address)
    agent.goto(f"/office/{live_world.organization.slug}/chat/{chat.reference}/")
    write(agent, "Ja, kom bare!", "Dit svar")
    expect(agent.locator(f"{SAID}.mine:not(.sending)").last).to_contain_text("kom bare")
    plain.get_by_role("link", name="Se efter svar").click()
    expect(plain.locator(f"{SAID}.theirs").last).to_contain_text("Ja, kom bare!")
    write(plain, "Tak")
    expect(plain.locator(f"{SAID}.mine").last).to_contain_text("Tak")
    plain.get_by_label("E-mail").fill("vera@example.com")
    plain.get_by_role("button", name="Svar mig på mail").click()
    expect(plain.get_by_text("Svaret bliver sendt til vera@example.com")).to_be_visible()
    plain.get_by_role("button", name="Afslut samtalen").click()
    expect(plain.get_by_role("heading", name="Samtalen er slut")).to_be_visible()


def test_from_the_orders_own_page(page: Page, live_world, axe, fits, screenshot) -> None:
    order: Order = paid_order(live_world, clock.now(), Wish(live_world.adult.pk, 1))
    page.goto(f"/order/{order.reference}/{order.access_key}/")
    assert page.context.cookies() == []
    page.get_by_role("link", name="Spørg om ordren i chatten").click()
    assert page.context.cookies() == []
    page.get_by_label("Din besked").fill("Kan jeg få billetten igen?")
    page.get_by_role("button", name="Begynd chatten").click()
    assert [cookie["name"] for cookie in page.context.cookies()] == ["support"]
    page.get_by_role("button", name="Send mig mailen igen").click()
    expect(page.locator(f"{SAID}.event").last).to_contain_text("Ordrens mail blev sendt igen")
    page.get_by_text("Ret et navn på en billet").click()
    page.get_by_label("Det nye navn").fill("Nia Ny")
    axe(page)
    fits(page)
    screenshot("chat_order")
    page.get_by_role("button", name="Ret navnet").click()
    expect(page.locator(f"{SAID}.event").last).to_contain_text("Et navn på en billet blev rettet")
