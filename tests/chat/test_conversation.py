"""A visitor and an agent talk, by plain forms; who may read along; what is stored."""

import secrets

import pytest
from django.conf import settings
from django.test import Client

from conbillet.core.models import AuditEntry
from conbillet.support.models import AgentPresence, Chat, ChatMessage
from tests.login import log_in

from .conftest import begin, desk, office

pytestmark = pytest.mark.django_db


@pytest.mark.proves("cookie.support")
@pytest.mark.parametrize("address", ["/alea/", "/alea/fastaval/", "/help/", "/support/", "/support/with/alea/"])
def test_no_page_sets_the_cookie_before_somebody_writes(world, visitor, address):
    answer = visitor.get(address)
    assert answer.status_code == 200 and not answer.cookies
    assert "/support/" in answer.content.decode()


@pytest.mark.proves("cookie.support")
def test_writing_sets_it_and_nothing_else(talk):
    assert set(talk.client.cookies) == {settings.SUPPORT_COOKIE_NAME}
    cookie = talk.client.cookies[settings.SUPPORT_COOKIE_NAME]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == 30 * 24 * 3600
    assert talk.chat.token_hash and talk.chat.token_hash != cookie.value


def test_both_read_what_the_other_says(talk, owner):
    page = owner.get(office(talk.chat)).content.decode()
    assert "Hej, er der plads?" in page
    owner.post(office(talk.chat), {"text": "Ja, kom bare!", "key": secrets.token_hex(16)})
    assert "Ja, kom bare!" in talk.page()
    talk.say("Tak")
    assert "Tak" in owner.get(office(talk.chat)).content.decode()
    talk.chat.refresh_from_db()
    assert talk.chat.state == Chat.State.TAKEN


def test_the_news_are_what_came_after(talk, owner):
    owner.post(office(talk.chat), {"text": "Ja", "key": secrets.token_hex(16)})
    every = talk.news()["messages"]
    assert [one["side"] for one in every] == ["mine", "event", "theirs"]
    assert [one["text"] for one in talk.news(every[-2]["number"])["messages"]] == ["Ja"]
    assert talk.news(every[-1]["number"])["messages"] == []


def test_the_same_message_sent_again_stands_there_once(talk):
    key = secrets.token_hex(16)
    for _ in range(3):
        talk.client.post(talk.address, {"text": "Kun én gang", "key": key}, headers={"Accept": "application/json"})
    assert [one["text"] for one in talk.news()["messages"]].count("Kun én gang") == 1


@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("more", ["", "news/"])
def test_another_visitor_finds_nothing(talk, world, more):
    other = begin(Client())
    assert other.client.get(f"{talk.address}{more}").status_code == 404
    assert Client().get(f"{talk.address}{more}").status_code == 404
    assert log_in(Client(), world.buyer, second_factor=False).get(f"{talk.address}{more}").status_code == 404
    for form in ("", "typing/", "address/", "end/", "rating/", "delete/", "order/", "resend/", "name/", "cancel/"):
        assert other.client.post(f"{talk.address}{form}", {"text": "x"}).status_code == 404
    assert Chat.objects.filter(pk=talk.chat.pk, state="waiting").exists()


def test_what_somebody_logged_in_began_is_theirs_alone(world):
    client = log_in(Client(), world.buyer, second_factor=False)
    mine = begin(client)
    assert mine.chat.person_id == world.buyer.pk == mine.chat.subject_id
    client.cookies.pop(settings.SESSION_COOKIE_NAME)  # logged out, at a machine where the cookie stays
    assert client.get(mine.address).status_code == 404
    elsewhere = log_in(Client(), world.buyer, second_factor=False)
    assert elsewhere.get(mine.address).status_code == 200


@pytest.mark.asvs("8.2.2", "8.4.1")
@pytest.mark.parametrize("more", ["", "news/"])
def test_another_associations_agent_finds_nothing(talk, stranger, staff, owner, desk_talk, more):
    assert stranger.get(office(talk.chat, more)).status_code == 404
    assert stranger.get(f"/office/hyggecon/chat/{talk.chat.reference}/{more}").status_code == 404
    assert staff.get(desk(talk.chat, more)).status_code == 404
    assert owner.get(office(desk_talk.chat, more)).status_code == 404
    assert stranger.post(f"/office/hyggecon/chat/{talk.chat.reference}/", {"do": "take"}).status_code == 404
    assert talk.chat.number not in stranger.get("/office/hyggecon/chat/").content.decode()
    assert talk.chat.number in owner.get("/office/alea/chat/").content.decode()
    assert desk_talk.chat.number in staff.get("/desk/chat/").content.decode()


def test_a_role_without_the_right_does_not_answer(talk, world):
    crew = log_in(Client(), world.door_crew)
    assert crew.get("/office/alea/chat/").status_code == 403
    assert crew.get(office(talk.chat)).status_code == 403


def test_opening_a_conversation_is_written_down_and_asking_for_news_is_not(talk, owner):
    seen = AuditEntry.objects.filter(action="looked_up_chat", object_reference=talk.chat.reference)
    owner.get(office(talk.chat))
    assert seen.count() == 1 and seen.get().organization_id == talk.chat.organization_id
    owner.get(office(talk.chat, "news/"))
    assert seen.count() == 1


def test_nobody_is_here_until_an_agent_has_the_page_open(talk, owner):
    assert talk.news()["there"] is False
    owner.get("/office/alea/chat/")
    assert talk.news()["there"] is True
    AgentPresence.objects.all().delete()
    assert talk.news()["there"] is False


def test_the_agent_sees_whether_the_visitor_is_here(talk, owner):
    assert owner.get(office(talk.chat, "news/")).json()["there"] is False
    talk.news()
    assert owner.get(office(talk.chat, "news/")).json()["there"] is True


def test_what_is_said_is_sealed(talk):
    message = ChatMessage.objects.get()
    assert message.text == "Hej, er der plads?"
    assert b"plads" not in bytes(message.body)


def test_what_is_sealed_for_one_place_opens_in_no_other(talk):
    from conbillet.core.keys import SealBroken
    from conbillet.support import sealing

    first = ChatMessage.objects.get()
    talk.say("Noget andet")
    second = ChatMessage.objects.latest("number")
    second.body = first.body
    assert second.text == ""
    with pytest.raises(SealBroken):
        sealing.keys().open_sealed(talk.chat.subject_id, bytes(first.body), b"somewhere else")


MARKUP = "<script>alert(1)</script> <img src=x onerror=alert(1)> {{ 7|add:7 }} & \u202eabc\u202c"


def test_markup_stays_text(talk, owner):
    talk.say(MARKUP)
    for page in (talk.page(), owner.get(office(talk.chat)).content.decode()):
        assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page and "onerror=alert(1)>" not in page
    assert talk.news()["messages"][-1]["text"] == MARKUP


@pytest.mark.parametrize("text", ["شكرا جزيلا", "😀" * 50, "a" * 4000, "linje\nlinje\r\nlinje", "Æ\u0308\u0308\u0308"])
def test_all_kinds_of_text_come_through(talk, text):
    assert talk.say(text).status_code == 303
    assert talk.news()["messages"][-1]["text"] == text.replace("\r\n", "\n")


@pytest.mark.parametrize("text", ["", "   \n ", "a" * 4001, "\x00\x01"])
def test_nothing_and_too_much_are_refused_beside_the_field(talk, text):
    answer = talk.say(text)
    assert answer.status_code == 422
    assert len(talk.news()["messages"]) == 1
    quick = talk.client.post(talk.address, {"text": text}, headers={"Accept": "application/json"})
    assert quick.status_code == 422 and quick.json()["problem"]


def test_a_form_from_elsewhere_says_nothing(talk):
    answer = talk.client.post(talk.address, {"text": "Snyd"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and len(talk.news()["messages"]) == 1


@pytest.mark.asvs("2.4.1")
def test_too_many_messages_are_too_many(talk):
    answers = [talk.say(f"nummer {number}").status_code for number in range(32)]
    assert 303 in answers and answers[-1] == 422


def test_beginning_again_leads_to_the_conversation_there_is(talk):
    assert talk.client.get("/support/with/alea/")["Location"] == talk.address
    talk.client.post("/support/with/alea/", {"text": "En ting til"})
    assert Chat.objects.count() == 1 and talk.news()["messages"][-1]["text"] == "En ting til"
    assert begin(talk.client, at="/support/").chat.organization_id is None


def test_ending_and_rating(talk, owner):
    talk.client.post(f"{talk.address}rating/", {"rating": "5"})
    talk.chat.refresh_from_db()
    assert talk.chat.rating is None
    talk.client.post(f"{talk.address}end/")
    for rating, kept in (("4", 4), ("9", 4), ("x", 4), ("5", 5)):
        talk.client.post(f"{talk.address}rating/", {"rating": rating})
        talk.chat.refresh_from_db()
        assert talk.chat.rating == kept
    assert talk.say("For sent").status_code == 422
    assert "5/5" in owner.get("/office/alea/chat/past/").content.decode()


def test_a_robot_that_takes_the_bait_begins_nothing(world, visitor):
    answer = visitor.post("/support/with/alea/", {"text": "Buy now", "nickname_twice": "x"})
    assert answer.status_code == 303 and not Chat.objects.exists() and not answer.cookies


def test_an_unknown_association_has_no_chat(world, visitor):
    assert visitor.get("/support/with/nobody/").status_code == 404
