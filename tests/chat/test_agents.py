"""Those who answer: the queue, taking and handing over, to the desk, canned answers, orders of one's own association."""

import secrets
from contextlib import nullcontext

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from conbillet.core.models import AuditEntry
from conbillet.core.tenancy import acting_for
from conbillet.organizations.models import Role, RoleKind
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.support.models import CannedAnswer, Case, Chat, ChatFile, ChatMessage
from conbillet.web import chat_agents
from tests.cast import make_event, make_person
from tests.login import log_in
from tests.purchases import paid_order

from .conftest import begin, desk, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(world, now) -> Client:
    person = make_person("Mads Manager", "mads@alea.example")
    Role.objects.create(organization=world.organization, person=person, kind=RoleKind.MANAGER, granted_at=now)
    return log_in(Client(), person)


def state(chat: Chat) -> Chat:
    return Chat.objects.get(pk=chat.pk)


def test_taking_and_putting_back(talk, owner, world):
    owner.post(office(talk.chat), {"do": "take"})
    assert (state(talk.chat).state, state(talk.chat).agent_id) == ("taken", world.owner.pk)
    owner.post(office(talk.chat), {"do": "take"})  # twice is once
    assert ChatMessage.objects.filter(event="taken").count() == 1
    owner.post(office(talk.chat), {"do": "back"})
    assert (state(talk.chat).state, state(talk.chat).agent_id) == ("waiting", None)


def test_an_answer_sent_twice_stands_there_once(talk, owner):
    key = secrets.token_hex(16)
    for _ in range(2):
        quick = owner.post(office(talk.chat), {"text": "Kun én", "key": key}, headers={"Accept": "application/json"})
        assert quick.status_code == 200
    assert [one["text"] for one in talk.news()["messages"]].count("Kun én") == 1


def test_what_a_colleague_has_taken_cannot_be_taken_or_answered(talk, owner, colleague, world):
    owner.post(office(talk.chat), {"do": "take"})
    page = colleague.get(office(talk.chat)).content.decode()
    assert "Olga Owner" in page and 'name="text"' not in page
    colleague.post(office(talk.chat), {"do": "take"})
    quick = colleague.post(office(talk.chat), {"text": "Mig!"}, headers={"Accept": "application/json"})
    assert quick.status_code == 422 and quick.json()["problem"]
    assert state(talk.chat).agent_id == world.owner.pk
    assert not ChatMessage.objects.filter(by="agent").exists()


def test_handing_over_to_a_colleague_and_to_nobody_else(talk, owner, colleague, world):
    owner.post(office(talk.chat), {"do": "take"})
    mads = Role.objects.get(organization=world.organization, kind=RoleKind.MANAGER).person
    assert owner.post(office(talk.chat), {"do": "give", "to": str(world.stranger.pk)}).status_code == 404
    assert owner.post(office(talk.chat), {"do": "give", "to": str(world.door_crew.pk)}).status_code == 404
    owner.post(office(talk.chat), {"do": "give", "to": str(mads.pk)})
    assert state(talk.chat).agent_id == mads.pk
    colleague.post(office(talk.chat), {"text": "Jeg tager over", "key": secrets.token_hex(16)})
    assert "Jeg tager over" in talk.page()


def test_whoever_waits_longest_stands_first(world, owner):
    first, second = begin(Client(), text="A"), begin(Client(), text="B")
    owner.post(office(first.chat), {"text": "Svar", "key": secrets.token_hex(16)})
    page = owner.get("/office/alea/chat/").content.decode()
    assert page.index(second.chat.number) < page.index(first.chat.number)
    first.say("Et spørgsmål mere")
    page = owner.get("/office/alea/chat/").content.decode()
    assert page.index(second.chat.number) < page.index(first.chat.number)


def test_the_queue_names_nobody_and_quotes_nothing(world, owner):
    begin(Client(), text="Hemmeligt", name="Viggo Visitor")
    page = owner.get("/office/alea/chat/").content.decode()
    assert "Viggo" not in page and "Hemmeligt" not in page
    here = owner.post("/office/alea/chat/here/")
    assert here.status_code == 200 and len(here.json()["rows"]) == 1
    assert "Viggo" not in here.content.decode()


def test_to_the_desk_and_out_of_the_associations_sight(talk, owner, staff):
    owner.post(office(talk.chat, "pass-on/"))
    assert state(talk.chat).organization_id is None
    assert owner.get(office(talk.chat)).status_code == 404
    assert not ChatMessage.objects.exclude(organization=None).exists()
    assert "Hej, er der plads?" in staff.get(desk(talk.chat)).content.decode()
    assert "ConBillets egen skranke tager over" in talk.page()
    entry = AuditEntry.objects.get(action="chat_passed_on")
    assert entry.organization_id == talk.chat.organization_id


def test_another_association_cannot_pass_it_on_or_make_a_case(talk, stranger):
    """Those two pages run without row-level security, so the first line must hold alone."""
    assert stranger.post(f"/office/hyggecon/chat/{talk.chat.reference}/pass-on/").status_code == 404
    values = {"kind": "other", "email": "x@example.com"}
    assert stranger.post(f"/office/hyggecon/chat/{talk.chat.reference}/case/", values).status_code == 404
    assert state(talk.chat).organization_id == talk.chat.organization_id and not Case.objects.exists()


def test_planted_a_look_up_that_forgets_the_association_is_noticed(talk, stranger, monkeypatch):
    monkeypatch.setattr(chat_agents, "look_up_chat", forgetful)
    stranger.post(f"/office/hyggecon/chat/{talk.chat.reference}/pass-on/")
    assert state(talk.chat).organization_id is None


class TestSecondLine:
    """The database, with nobody in front of it."""

    @pytest.mark.asvs("8.4.1")
    @pytest.mark.parametrize("model", [Chat, ChatMessage, ChatFile, CannedAnswer])
    def test_another_associations_rows_are_not_there(self, world, talk, desk_talk, model):
        CannedAnswer.objects.create(organization=world.organization, title="x", text_da="x")
        talk.client.post(talk.address, {"file": text_file()})
        with transaction.atomic(), acting_for(world.other.pk):
            assert not model.objects.values_list("pk", flat=True)
        with transaction.atomic(), acting_for(world.organization.pk):
            assert set(model.objects.values_list("organization_id", flat=True)) == {world.organization.pk}

    def test_it_cannot_be_given_away_or_taken(self, world, talk):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), acting_for(world.organization.pk):
            Chat.objects.update(organization=None)
        with transaction.atomic(), acting_for(world.other.pk):
            assert Chat.objects.update(organization_id=world.other.pk) == 0

    @pytest.mark.parametrize("name", ["token_hash", "order_proof"])
    def test_what_opens_a_visitors_page_cannot_be_read(self, world, talk, name):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), acting_for(world.organization.pk):
            list(Chat.objects.values_list(name))

    def test_with_the_first_line_patched_away_the_page_still_finds_nothing(self, talk, stranger, monkeypatch):
        monkeypatch.setattr(chat_agents, "look_up_chat", forgetful)
        with pytest.raises(Chat.DoesNotExist):
            stranger.get(f"/office/hyggecon/chat/{talk.chat.reference}/")

    def test_planted_without_the_second_line_that_page_shows_it(self, talk, stranger, monkeypatch):
        monkeypatch.setattr(chat_agents, "look_up_chat", forgetful)
        monkeypatch.setattr("conbillet.web.pages.acting_for", lambda *_, **__: nullcontext())
        page = stranger.get(f"/office/hyggecon/chat/{talk.chat.reference}/").content.decode()
        assert "Hej, er der plads?" in page


def forgetful(*, reference: str, **rest: object) -> Chat:
    """A look-up that forgets whose conversation it is."""
    return Chat.objects.defer("token_hash", "order_proof").get(reference=reference)


def text_file(content: bytes = b"hej\n"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("note.txt", content, content_type="text/plain")


class TestOrders:
    @pytest.fixture
    def bought(self, world, now) -> Order:
        order = paid_order(world, now, Wish(world.adult.pk, 1))
        Order.objects.filter(pk=order.pk).update(buyer=world.buyer)
        return order

    def test_an_agent_sees_the_buyers_orders_of_their_own_association_only(self, world, bought, owner, client):
        mine = begin(log_in(client, world.buyer, second_factor=False))
        page = owner.get(office(mine.chat)).content.decode()
        assert f"/office/alea/orders/{bought.reference}/" in page
        assert "Bodil" not in page and world.buyer.account.email not in page  # what the profile knows stays there

    def test_an_order_of_another_association_is_not_taken_into_the_chat(self, world, bought, owner, client):
        event = make_event(world.other, "andet")
        other = Order.objects.create(
            organization=world.other, event=event, reference="ANDET0000001", access_key="x", method="card",
            amount=0, state="paid", placed_at=bought.placed_at, paid_at=bought.placed_at, buyer=world.buyer, buyer_email="x@example.com",
        )  # fmt: skip
        mine = begin(log_in(client, world.buyer, second_factor=False))
        assert other.reference not in mine.page()
        mine.client.post(f"{mine.address}order/", {"order": other.reference})
        assert state(mine.chat).order_id is None
        mine.client.post(f"{mine.address}order/", {"order": bought.reference})
        assert state(mine.chat).order_id == bought.pk
        assert other.reference not in owner.get(office(mine.chat)).content.decode()

    def test_the_desk_sees_no_order_without_looking_it_up(self, world, bought, staff, client):
        mine = begin(log_in(client, world.buyer, second_factor=False), at="/support/")
        mine.client.post(f"{mine.address}order/", {"order": bought.reference})
        page = staff.get(desk(mine.chat)).content.decode()
        assert bought.reference not in page.replace("-", "") and "/desk/look-up/" in page

    def test_somebody_elses_order_cannot_be_chosen(self, world, bought, client):
        friend = make_person("Freja", "freja@example.com")
        theirs = begin(log_in(client, friend, second_factor=False))
        assert theirs.client.post(f"{theirs.address}order/", {"order": bought.reference}).status_code == 404


class TestCannedAnswers:
    def test_they_are_kept_changed_offered_in_the_visitors_language_and_removed(self, talk, owner):
        answers = "/office/alea/chat/answers/"
        values = {"title": "Plads", "text_da": "Der er plads.", "text_en": "There is room."}
        assert owner.post(answers, values).status_code == 302
        one = CannedAnswer.objects.get()
        assert 'data-canned="Der er plads."' in owner.get(office(talk.chat)).content.decode()
        assert "Der er plads.</textarea>" in owner.get(f"{office(talk.chat)}?answer={one.pk}").content.decode()
        Chat.objects.update(language="en")
        assert 'data-canned="There is room."' in owner.get(office(talk.chat)).content.decode()
        owner.post(answers, {**values, "answer": one.pk, "text_en": ""})
        assert 'data-canned="Der er plads."' in owner.get(office(talk.chat)).content.decode()
        owner.post(answers, {"answer": one.pk, "remove": "1"})
        assert not CannedAnswer.objects.exists()

    def test_another_associations_are_not_found(self, world, stranger, staff):
        one = CannedAnswer.objects.create(organization=world.organization, title="x", text_da="x")
        for client, address in ((stranger, "/office/hyggecon/chat/answers/"), (staff, "/desk/chat/answers/")):
            assert client.get(f"{address}?answer={one.pk}").status_code == 404
            assert client.post(address, {"answer": one.pk, "remove": "1"}).status_code == 404
        assert CannedAnswer.objects.exists()

    def test_what_is_missing_is_said_beside_the_field(self, owner):
        answer = owner.post("/office/alea/chat/answers/", {"title": "x", "text_da": ""})
        assert answer.status_code == 422 and not CannedAnswer.objects.exists()
