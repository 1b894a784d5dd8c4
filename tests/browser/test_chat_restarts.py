"""No word is lost while the live endpoint, the web server, the worker or the database's connections go down in mid-talk.

With real processes; the reader does what the page does. The twin, which forgets to ask for what it missed, loses some.
"""

import http.client
import secrets
import time
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest
from django.db import connections

from conbillet.cli import processes
from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.support.actions.say import say
from conbillet.support.models import Chat
from conbillet.workflows.chats import answer_chat, begin_chat
from tests.browser.chat_reader import Forgetful, Reader
from tests.browser.house import DATABASE, LiveHouse

KILL_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()
"""
KILL_LISTENER = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name = 'conbillet live'
"""


class Conversation:
    """One that was begun, with an agent who says things without the web server's help."""

    def __init__(self, world, house: LiveHouse) -> None:
        self.world, self.house = world, house
        self.token = secrets.token_urlsafe(24)
        self.chat: Chat = begin_chat(
            organization=world.organization, person=None, token=self.token, name="", text="Hej", files=[],
            key=secrets.token_hex(16), order=None, language="da", actor=ANONYMOUS, now=clock.now(),
        )  # fmt: skip
        self.said = ["Hej", "Nu er der nogen, der svarer."]

    @property
    def address(self) -> str:
        return f"{self.house.url}/support/{self.chat.reference}/"

    @property
    def cookie(self) -> str:
        return f"support={self.token}"

    def answer(self, text: str) -> None:
        answer_chat(
            chat=Chat.objects.get(pk=self.chat.pk), text=text, key=secrets.token_hex(16),
            actor=self.world.actor(self.world.owner), now=clock.now(),
        )  # fmt: skip
        self.said.append(text)

    def write(self, text: str, *, key: str) -> bool:
        """As the visitor's page sends it; whether the web server said that it has it."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        headers = {
            "Cookie": self.cookie, "Accept": "application/json", "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        try:
            connection.request("POST", parts.path, urlencode({"text": text, "key": key}), headers)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def write_until_heard(self, text: str, *, seconds: float = 20) -> None:
        key, until = secrets.token_hex(16), time.monotonic() + seconds
        while not self.write(text, key=key):
            assert time.monotonic() < until, "nobody takes it"
            time.sleep(0.2)
        self.said.append(text)


@pytest.fixture
def conversation(live_world, live_house: LiveHouse) -> Conversation:
    return Conversation(live_world, live_house)


@pytest.fixture(params=[Reader])
def reader(request: pytest.FixtureRequest, conversation: Conversation) -> Iterator[Reader]:
    started = request.param(news=f"{conversation.address}news/", cookie=conversation.cookie)
    started.start()
    assert started.connected.wait(10)
    yield started
    started.stop()


def reads_everything(reader: Reader, conversation: Conversation, *, seconds: float = 15) -> bool:
    return processes.wait_until(lambda: reader.texts == conversation.said, seconds=seconds)


def live_goes_away(conversation: Conversation, reader: Reader) -> None:
    """kill -9 of the live endpoint; things are said meanwhile; it is started again."""
    conversation.answer("før")
    assert processes.wait_until(lambda: "før" in reader.texts, seconds=5)
    conversation.house.kill("live")
    assert processes.wait_until(lambda: not reader.connected.is_set(), seconds=5)
    conversation.answer("mens den var væk")
    conversation.answer("og lidt mere")
    conversation.house.start("live")
    assert reader.connected.wait(15)
    conversation.answer("bagefter")


def test_the_live_endpoint_is_killed(reader: Reader, conversation: Conversation) -> None:
    live_goes_away(conversation, reader)
    assert reads_everything(reader, conversation), (reader.texts, conversation.said)


@pytest.mark.parametrize("reader", [Forgetful], indirect=True)
def test_planted_a_reader_that_does_not_ask_for_what_it_missed_loses_it(reader: Reader, conversation: Conversation) -> None:
    live_goes_away(conversation, reader)
    assert not reads_everything(reader, conversation, seconds=4)
    assert "bagefter" in reader.texts and "mens den var væk" not in reader.texts


def test_the_database_drops_the_listeners_connection(reader: Reader, conversation: Conversation, cluster) -> None:
    for number in range(5):
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
            admin.execute(KILL_LISTENER, [DATABASE])
        conversation.answer(f"i hullet {number}")
    assert reads_everything(reader, conversation), (reader.texts, conversation.said)


def test_the_database_drops_every_connection(reader: Reader, conversation: Conversation, cluster) -> None:
    """As a restart looks to everybody who is connected."""
    for number in range(3):
        conversation.write_until_heard(f"før {number}")
        connections["default"].close()
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
            admin.execute(KILL_ALL, [DATABASE])
        conversation.write_until_heard(f"efter {number}")
    conversation.said.remove("Nu er der nogen, der svarer.")
    assert reads_everything(reader, conversation), (reader.texts, conversation.said)


def test_the_web_server_is_killed_while_something_is_being_sent(reader: Reader, conversation: Conversation) -> None:
    conversation.said.remove("Nu er der nogen, der svarer.")
    for number in range(2):
        conversation.house.kill("web")
        assert not conversation.write(f"tabt {number}", key=secrets.token_hex(16))
        conversation.house.start("web")
        conversation.write_until_heard(f"sendt igen {number}")
    assert reads_everything(reader, conversation), (reader.texts, conversation.said)


def test_the_worker_is_not_needed(reader: Reader, conversation: Conversation) -> None:
    conversation.house.kill("worker")
    try:
        conversation.answer("uden arbejder")
        assert reads_everything(reader, conversation)
    finally:
        conversation.house.start("worker")


def test_an_acknowledged_word_is_there_after_a_kill_at_once(conversation: Conversation) -> None:
    for number in range(3):
        assert conversation.write(f"kvitteret {number}", key=secrets.token_hex(16))
        conversation.house.kill("web")
        connections["default"].close()
        texts = [one.text for one in Chat.objects.get(pk=conversation.chat.pk).messages.order_by("number")]
        assert f"kvitteret {number}" in texts
        conversation.house.start("web")


def test_said_by_two_sides_at_once_both_are_read(reader: Reader, conversation: Conversation) -> None:
    conversation.answer("en")
    for number in range(10):
        say(
            chat=conversation.chat, by="visitor", text=f"v{number}", key=secrets.token_hex(16), actor=ANONYMOUS, now=clock.now()
        )  # fmt: skip
        conversation.said.append(f"v{number}")
        conversation.answer(f"a{number}")
    assert reads_everything(reader, conversation)
