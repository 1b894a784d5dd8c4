"""The live endpoint: who may listen, what is sent, and that it survives slow clients and a lost database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import transaction

from conbillet.config import live
from conbillet.core.live import CHANNEL, LIFETIME, NotATopic, notify, token_expiry, topic_token

NOW = datetime.now(UTC)
TOPIC = "event:42"


# --- tokens ------------------------------------------------------------------------------------------------------------


@pytest.mark.asvs("9.2.1", "9.2.2")
def test_a_token_is_for_one_topic_and_half_a_day():
    token = topic_token(TOPIC, NOW)
    assert token_expiry(TOPIC, token, NOW) == (NOW + LIFETIME).replace(microsecond=0)
    assert token_expiry("event:43", token, NOW) is None
    assert token_expiry(TOPIC, token, NOW + LIFETIME) is None


@pytest.mark.asvs("9.1.1", "9.1.2")
@pytest.mark.parametrize("forged", ["", ".", "99999999999.x", "９９.x", "1.2.3", "x" * 5000])
def test_forged_tokens_are_refused(forged):
    assert token_expiry(TOPIC, forged, NOW) is None


def test_a_longer_life_cannot_be_written_into_a_token():
    expires, signature = topic_token(TOPIC, NOW).split(".")
    assert token_expiry(TOPIC, f"{int(expires) + 1}.{signature}", NOW) is None


@pytest.mark.parametrize(
    "topic", ["event", "event:", "event:å", "order:anna@example.dk", "event:1,event:2", "x" * 30 + ":1"]
)
def test_only_ids_can_be_topics(topic):
    with pytest.raises(NotATopic):
        topic_token(topic, NOW)
    with pytest.raises(NotATopic):
        notify(topic)


# --- messages go with the transaction ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_rollback_sends_nothing(cluster):
    with psycopg.connect(cluster.dsn(settings.DATABASES["default"]["NAME"]), autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            notify("event:1")
            raise ZeroDivisionError
        with transaction.atomic():
            notify("event:2")
            assert list(listener.notifies(timeout=0.1)) == []
        assert [message.payload for message in listener.notifies(timeout=1, stop_after=1)] == ["event:2"]


# --- the endpoint --------------------------------------------------------------------------------------------------------


class Connection:
    """One client of the ASGI program, without a network between."""

    def __init__(self, path: str, *, token: str | None = None, origin: str | None = None, method: str = "GET") -> None:
        headers = [(b"origin", origin.encode())] if origin else []
        query = f"token={token}".encode() if token is not None else b""
        self.scope = {"type": "http", "path": path, "query_string": query, "method": method, "headers": headers}
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.left = asyncio.Event()
        self.slow = False
        self.task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Connection":
        self.task = asyncio.create_task(live.application(self.scope, self._receive, self._send))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.left.set()
        assert self.task is not None
        await asyncio.wait_for(self.task, 5)

    async def _receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if self.slow:
            await asyncio.sleep(60)
        await self.sent.put(message)

    async def status(self) -> int:
        return int((await asyncio.wait_for(self.sent.get(), 5))["status"])

    async def event(self) -> dict[str, str]:
        """The next message that is not a heartbeat."""
        while True:
            text = (await asyncio.wait_for(self.sent.get(), 5))["body"].decode()
            fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
            if "event" in fields:
                return fields


def listening(topic: str = TOPIC) -> Connection:
    return Connection(f"/live/{topic}", token=topic_token(topic, NOW))


def run(story: Callable[[], Awaitable[None]]) -> None:
    live.hub = live.Hub()
    asyncio.run(asyncio.wait_for(story(), 30))  # type: ignore[arg-type]


@asynccontextmanager
async def listener() -> AsyncIterator[None]:
    task = asyncio.create_task(live.hub.listen())
    while not live.hub.listening:
        await asyncio.sleep(0.01)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/", {}, 404),
        ("/live/", {}, 404),
        ("/live/event:42", {"method": "POST"}, 405),
        ("/live/event:42", {"origin": "https://evil.example"}, 403),
        ("/live/event:42", {"token": "1.forged"}, 403),
        ("/live/event:42", {}, 403),
        ("/live/" + ",".join(["event:42"] * 9), {"token": ",".join(["x"] * 9)}, 400),
        ("/live/event:42,event:43", {"token": "one-only"}, 400),
        ("/live/health", {}, 503),
    ],
)
def test_refusals(path, options, status):
    async def story() -> None:
        async with Connection(path, **options) as client:
            assert await client.status() == status
        assert live.hub.clients == 0

    run(story)


def test_tells_to_look_at_once_and_when_something_changed():
    async def story() -> None:
        async with listening() as client:
            assert await client.status() == 200
            first = await client.event()
            assert (first["event"], first["data"]) == ("changed", TOPIC)
            live.hub.tell("event:43")
            live.hub.tell(TOPIC)
            second = await client.event()
            assert second["data"] == TOPIC
            assert int(second["id"]) > int(first["id"])
        assert live.hub.by_topic == {}
        assert live.hub.clients == 0

    run(story)


def test_one_connection_for_several_topics():
    async def story() -> None:
        topics = ["event:1", "order:K7Q2"]
        tokens = ",".join(topic_token(topic, NOW) for topic in topics)
        async with Connection(f"/live/{','.join(topics)}", token=tokens) as client:
            assert await client.status() == 200
            assert [(await client.event())["data"] for _ in topics] == topics

    run(story)


def test_a_message_from_the_database_reaches_the_page(cluster, django_db_setup):
    async def story() -> None:
        async with listener(), listening() as client:
            assert await client.status() == 200
            await client.event()
            dsn = cluster.dsn(settings.DATABASES["default"]["NAME"])
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as other:
                await other.execute("SELECT pg_notify(%s, %s)", [CHANNEL, TOPIC])
            assert (await client.event())["data"] == TOPIC

    run(story)


def test_after_a_lost_database_connection_everybody_is_told_to_look(cluster, django_db_setup):
    async def story() -> None:
        async with listener(), listening() as client:
            assert await client.status() == 200
            await client.event()
            async with await psycopg.AsyncConnection.connect(cluster.dsn(), autocommit=True) as admin:
                await admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'conbillet live'"
                )
            assert (await client.event())["data"] == TOPIC
            assert live.hub.listening

    run(story)


def test_heartbeats_keep_a_quiet_connection_open(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)

    async def story() -> None:
        async with listening() as client:
            assert await client.status() == 200
            await client.event()
            assert (await asyncio.wait_for(client.sent.get(), 2))["body"] == b":\n\n"

    run(story)


def test_a_slow_client_is_dropped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "SLOW_SECONDS", 0.1)

    async def story() -> None:
        client = listening()
        async with client:
            assert await client.status() == 200
            await client.event()
            client.slow = True
            live.hub.tell(TOPIC)
            assert client.task is not None
            await asyncio.wait_for(client.task, 2)
        assert live.hub.clients == 0

    run(story)


def test_a_busy_topic_becomes_few_messages():
    async def story() -> None:
        async with listening() as client:
            assert await client.status() == 200
            for _ in range(1000):
                live.hub.tell(TOPIC)
                await asyncio.sleep(0)
            await asyncio.sleep(live.PAUSE_SECONDS * 2)
            assert client.sent.qsize() <= 4

    run(story)


def test_who_types_is_told_while_it_happens_and_never_afterwards():
    """Coming back, or after a lost database connection, one looks for what was said; who typed is over."""

    async def story() -> None:
        topics = ["chat:K7Q2", "typing:K7Q2-a"]
        tokens = ",".join(topic_token(topic, NOW) for topic in topics)
        async with Connection(f"/live/{','.join(topics)}", token=tokens) as client:
            assert await client.status() == 200
            assert (await client.event())["data"] == "chat:K7Q2"
            live.hub.tell_everybody()
            assert (await client.event())["data"] == "chat:K7Q2"
            live.hub.tell("typing:K7Q2-a")
            assert (await client.event())["data"] == "typing:K7Q2-a"

    run(story)


def test_where_somebody_waits_for_the_next_word_it_comes_at_once():
    async def story() -> None:
        async with listening("chat:K7Q2") as client:
            assert await client.status() == 200
            await client.event()
            begun = asyncio.get_running_loop().time()
            for _ in range(4):
                live.hub.tell("chat:K7Q2")
                await client.event()
            assert asyncio.get_running_loop().time() - begun < live.PAUSE_SECONDS

    run(story)


@pytest.mark.asvs("15.2.2")
def test_too_many_clients_are_told_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "MAX_CLIENTS", 1)

    async def story() -> None:
        async with listening() as first:
            assert await first.status() == 200
            async with listening() as second:
                assert await second.status() == 503

    run(story)


def test_the_stream_ends_with_its_token():
    async def story() -> None:
        almost = datetime.now(UTC) - LIFETIME + timedelta(seconds=2)
        client = Connection(f"/live/{TOPIC}", token=topic_token(TOPIC, almost))
        async with client:
            assert await client.status() == 200
            assert client.task is not None
            await asyncio.wait_for(client.task, 5)

    run(story)
