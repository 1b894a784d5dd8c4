"""A conversation in insight, in deletion, and in a copy that cannot be reached: without its key it says nothing."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from conbillet.core.clock import copenhagen_day
from conbillet.organizations.models import Role, RoleKind
from conbillet.privacy.actions.delete_association import delete_association
from conbillet.privacy.erasure import erase as erasing
from conbillet.privacy.insight.collect import collect, files_of
from conbillet.privacy.insight.facts import Insight
from conbillet.privacy.insight.package import as_json
from conbillet.privacy.models import Departure
from conbillet.privacy.reach import guest, subject_of
from conbillet.support.actions import forget_chats as forgetting
from conbillet.support.models import Chat, ChatFile, ChatMessage
from conbillet.workflows.erasure import erase_after_case, erase_myself
from tests.cases.test_departure import owner_of
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.login import log_in

from .conftest import Talk, begin, office

pytestmark = pytest.mark.django_db
ADDRESS = "vera@example.com"


@pytest.fixture
def hers(world) -> Talk:
    """Somebody logged in talks with ALEA, and sends a file."""
    talk = begin(log_in(Client(), world.buyer, second_factor=False), text="Min hemmelighed 7719")
    talk.client.post(talk.address, {"file": SimpleUploadedFile("x.txt", b"fil 7719\n", content_type="text/plain")})
    return talk


@pytest.fixture
def guests(world) -> Talk:
    """Somebody without an account talks with ALEA, and leaves an address."""
    talk = begin(Client(), text="Min hemmelighed 8820")
    talk.client.post(f"{talk.address}address/", {"email": ADDRESS, "name": "Vera"})
    run_jobs()
    return talk


def package(insight: Insight) -> str:
    return as_json(insight, {"name": "ConBillet", "email": "x", "address": ""})


@pytest.mark.proves("right.insight", "collect.contact")
def test_the_insight_holds_what_was_said_and_sent(hers, owner, world, now):
    owner.post(office(hers.chat), {"text": "Svar fra ALEA", "key": "k" * 20})
    subject = subject_of(world.buyer)
    told = json.loads(package(collect(subject=subject, now=now)))
    (said,) = [one for one in told["things"] if one["table"] == "support_chatmessage"]
    assert said["controller"] == "ALEA"
    assert [row.get("body") for row in said["rows"]] == ["Min hemmelighed 7719", None, None, "Svar fra ALEA"]
    assert list(files_of(subject).values()) == [b"fil 7719"]
    assert "Olga" not in json.dumps(told) and str(world.owner.pk) not in json.dumps(told)
    assert [one["action"] for one in told["looked_up"]].count("looked_up_chat") == 0  # answered, never opened
    owner.get(office(hers.chat))
    again = json.loads(package(collect(subject=subject, now=now)))
    assert [one["action"] for one in again["looked_up"]] == ["looked_up_chat"]


def test_a_guest_gets_what_was_said_under_their_address(guests, now):
    assert "Min hemmelighed 8820" in package(collect(subject=guest(ADDRESS), now=now))
    assert "8820" not in package(collect(subject=guest("other@example.com"), now=now))


def copied() -> dict[int, tuple[bytes, object, int, int]]:
    """The rows as a backup has them."""
    return {one.pk: (bytes(one.body), one.chat.subject_id, one.chat_id, one.number) for one in ChatMessage.objects.exclude(body=None)}


def readable(copy) -> list[str]:
    """What somebody reads who has the backup, and whatever keys there are now."""
    texts = []
    for body, subject, chat, number in copy.values():
        message = ChatMessage(body=body, chat=Chat(pk=chat, subject_id=subject), chat_id=chat, number=number)
        texts.append(message.text)
    return [text for text in texts if text]


@pytest.mark.proves("right.deletion")
def test_deletion_takes_the_rows_and_what_a_copy_could_be_read_with(hers, world, now):
    copy = copied()
    assert readable(copy) == ["Min hemmelighed 7719"]
    erase_myself(person=world.buyer, void_tickets=False, now=now)
    assert not Chat.objects.exists() and not ChatMessage.objects.exists() and not ChatFile.objects.exists()
    assert readable(copy) == []


@pytest.mark.proves("right.deletion")
def test_a_guests_conversation_has_a_key_of_its_own_that_goes_too(guests, world, now):
    other = begin(Client(), text="En andens")
    copy = copied()
    erase_after_case(email=ADDRESS, actor=owner_of(world), now=now)
    assert list(Chat.objects.all()) == [other.chat] and readable(copy) == ["En andens"]


def test_planted_a_key_of_a_conversation_that_stays_is_noticed(guests, world, now, monkeypatch):
    copy = copied()
    monkeypatch.setattr(erasing, "_keys_of_conversations", lambda subject: set())
    erase_after_case(email=ADDRESS, actor=owner_of(world), now=now)
    assert readable(copy) == ["Min hemmelighed 8820"]


def test_an_agent_who_is_deleted_leaves_the_conversation_and_not_the_name(talk, world, now):
    person = make_person("Mads Manager", "mads@alea.example")
    Role.objects.create(organization=world.organization, person=person, kind=RoleKind.MANAGER, granted_at=now)
    log_in(Client(), person).post(office(talk.chat), {"text": "Svar", "key": "k" * 20})
    erase_myself(person=person, void_tickets=False, now=now)
    chat = Chat.objects.get()
    assert chat.agent_id is None and "Svar" in [one.text for one in chat.messages.all()]


def test_a_visitor_deletes_their_conversation_at_once(talk, owner):
    copy = copied()
    assert talk.client.post(f"{talk.address}delete/")["Location"] == "/support/?deleted=1"
    assert not Chat.objects.exists() and readable(copy) == []
    assert owner.get(office(talk.chat)).status_code == 404
    assert "slettet" in talk.client.get("/support/?deleted=1").content.decode()


def test_after_a_crash_between_key_and_rows_nobody_reads_it_and_the_next_run_ends_it(talk, now, monkeypatch):
    Chat.objects.update(last_at=now - timedelta(days=800))

    copy = copied()
    with monkeypatch.context() as planted, pytest.raises(AttributeError), transaction.atomic():
        planted.setattr(forgetting, "ChatFile", None)  # the first of the rows
        forgetting.forget_chats(now=now)
    assert readable(copy) == [] and "plads" not in talk.page()
    forgetting.forget_chats(now=now)
    assert not Chat.objects.exists()


def test_an_association_that_leaves_takes_its_conversations_and_their_keys_along(talk, desk_talk, world, now, monkeypatch):
    copy = copied()
    departure = Departure.objects.create(
        reference="LEAVING00001", organization=world.organization, title="ALEA", asked_at=now, agreed_at=now,
        handed_over_at=now, delete_on=copenhagen_day(now),
    )  # fmt: skip
    monkeypatch.setattr("django.db.transaction.on_commit", lambda deed: deed())
    delete_association(departure=departure, now=now)
    assert list(Chat.objects.all()) == [desk_talk.chat] == [one.chat for one in ChatMessage.objects.all()]
    assert readable(copy) == ["Siden virker ikke"]
