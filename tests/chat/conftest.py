"""A chat's people: visitors with and without an account, agents of an association and of the desk."""

import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from conbillet.accounts.models import StaffRole
from conbillet.core import clock
from conbillet.support.models import Chat
from tests.cast import World, make_person
from tests.login import log_in


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")


@dataclass
class Talk:
    """Somebody's browser, and the conversation that was begun in it."""

    client: Client
    chat: Chat

    @property
    def address(self) -> str:
        return f"/support/{self.chat.reference}/"

    def say(self, text: str, **more: Any):
        return self.client.post(self.address, {"text": text, "key": secrets.token_hex(16), **more})

    def news(self, after: int = 0) -> dict[str, Any]:
        answer = self.client.get(f"{self.address}news/", headers={"Last-Event-ID": str(after)})
        assert answer.status_code == 200
        return answer.json()

    def page(self) -> str:
        return self.client.get(self.address).content.decode()


def begin(client: Client, *, at: str = "/support/with/alea/", text: str = "Hej, er der plads?", name: str = "") -> Talk:
    before = set(Chat.objects.values_list("pk", flat=True))
    answer = client.post(at, {"text": text, "name": name, "key": secrets.token_hex(16)})
    assert answer.status_code == 303, answer.content.decode()[:2000]
    return Talk(client, Chat.objects.exclude(pk__in=before).get())


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def talk(world: World, visitor: Client) -> Talk:
    """Somebody without an account talks with ALEA."""
    return begin(visitor)


@pytest.fixture
def desk_talk(world: World) -> Talk:
    """Somebody else talks with ConBillet."""
    return begin(Client(), at="/support/", text="Siden virker ikke")


@pytest.fixture
def owner(world: World) -> Client:
    return log_in(Client(), world.owner)


@pytest.fixture
def stranger(world: World) -> Client:
    """The owner of another association."""
    return log_in(Client(), world.stranger)


@pytest.fixture
def staff(world: World) -> Client:
    person = make_person("Signe Support", "signe@conbillet.example")
    StaffRole.objects.create(account=person.account, kind=StaffRole.Kind.SUPPORT_AGENT, granted_at=clock.now())
    return log_in(Client(), person)


def office(chat: Chat, more: str = "") -> str:
    return f"/office/alea/chat/{chat.reference}/{more}"


def desk(chat: Chat, more: str = "") -> str:
    return f"/desk/chat/{chat.reference}/{more}"
