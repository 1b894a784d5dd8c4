"""The live endpoint: Server-Sent Events at `/live/<topic>[,<topic>…]?token=<token>[,<token>…]`.

A small ASGI program of its own, because Django serves pages best as WSGI and a page that listens would hold one of its
threads. It opens one connection to the database, which only listens. A message says that a topic has changed; the page
fetches the rest. Each client has a set of changed topics instead of a queue, so nothing grows while a client is slow.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import psycopg
from django.conf import settings

from conbillet.config.leash import die_with_parent
from conbillet.core.live import CHANNEL, token_expiry

MAX_CLIENTS = 2000
MAX_TOPICS = 8  # of one client
HEARTBEAT_SECONDS = 15.0
SLOW_SECONDS = 10.0  # a client that cannot take a few bytes in this time is dropped; it comes back by itself
PAUSE_SECONDS = 0.2  # between two messages to one client, so that a busy door becomes five messages a second
# Where somebody waits for the next word, a message follows the one before it at once.
QUICK_KINDS = {"chat", "typing"}
QUICK_PAUSE_SECONDS = 0.01
# What is only true while it happens: nobody who comes back later is told of it.
PASSING_KINDS = {"typing"}
RETRY_MILLISECONDS = 2000

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Client:
    """One open page: the topics that changed since it was last told."""

    def __init__(self, topics: list[str]) -> None:
        self.topics = topics
        # Told at once on (re)connect: it may have missed something while away.
        self.changed = {topic for topic in topics if _kind(topic) not in PASSING_KINDS}
        self.pause = QUICK_PAUSE_SECONDS if any(_kind(topic) in QUICK_KINDS for topic in topics) else PAUSE_SECONDS
        self.wake = asyncio.Event()
        self.wake.set()

    def tell(self, topic: str) -> None:
        self.changed.add(topic)
        self.wake.set()


class Hub:
    """All clients of this process, and the listener."""

    def __init__(self) -> None:
        self.by_topic: dict[str, set[Client]] = {}
        self.clients = 0
        self.messages = 0
        self.listening = False

    def add(self, client: Client) -> None:
        self.clients += 1
        for topic in client.topics:
            self.by_topic.setdefault(topic, set()).add(client)

    def remove(self, client: Client) -> None:
        self.clients -= 1
        for topic in client.topics:
            self.by_topic[topic].discard(client)
            if not self.by_topic[topic]:
                del self.by_topic[topic]

    def tell(self, topic: str) -> None:
        for client in self.by_topic.get(topic, ()):
            client.tell(topic)

    def tell_everybody(self) -> None:
        for topic in self.by_topic:
            if _kind(topic) not in PASSING_KINDS:
                self.tell(topic)

    async def listen(self) -> None:
        """For ever: listen; when the connection is lost, connect again and tell everybody to look."""
        pause = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_database(), autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.listening, pause = True, 0.2
                    self.tell_everybody()
                    async for message in connection.notifies():
                        self.tell(message.payload)
            except (psycopg.Error, OSError):
                pass
            finally:
                self.listening = False
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


def _kind(topic: str) -> str:
    return topic.partition(":")[0]


hub = Hub()


def _database() -> dict[str, Any]:
    chosen = settings.DATABASES["default"]
    found = {"dbname": chosen["NAME"], "user": chosen["USER"], "password": chosen["PASSWORD"], "host": chosen["HOST"]}
    found |= {"port": chosen["PORT"], "connect_timeout": 5, "application_name": "conbillet live"}
    # A database that froze, or a host that is gone, must not look like a quiet evening.
    found |= {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return {name: value for name, value in found.items() if value != ""}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    if os.environ.get("CONBILLET_SUPERVISED"):
        die_with_parent()
    await receive()
    listener = asyncio.create_task(hub.listen())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    listener.cancel()
    with suppress(asyncio.CancelledError):
        await listener
    await send({"type": "lifespan.shutdown.complete"})


async def _http(scope: Scope, receive: Receive, send: Send) -> None:
    path = scope["path"]
    headers = dict(scope["headers"])
    own_origin = settings.CONBILLET_BASE_URL.encode()
    if path == "/live/health":
        return await _answer(send, 200 if hub.listening else 503, "listening" if hub.listening else "no database")
    match = re.fullmatch(r"/live/([A-Za-z0-9_,:-]+)", path)
    if match is None:
        return await _answer(send, 404, "There is nothing here.")
    if scope["method"] != "GET":
        return await _answer(send, 405, "Only GET.")
    if headers.get(b"origin", own_origin) != own_origin:
        return await _answer(send, 403, "This page may not listen here.")
    topics = match[1].split(",")
    tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0].split(",")
    if not len(topics) == len(tokens) <= MAX_TOPICS:
        return await _answer(send, 400, f"One token for each topic, and at most {MAX_TOPICS} topics.")
    now = datetime.now(UTC)
    ends = [token_expiry(topic, token, now) for topic, token in zip(topics, tokens, strict=True)]
    known = [end for end in ends if end is not None]
    if len(known) != len(topics):
        return await _answer(send, 403, "The token is wrong or has run out. Load the page again.")
    if hub.clients >= MAX_CLIENTS:
        return await _answer(send, 503, "Too many listeners. The page still works; load it again to see news.")
    client = Client(topics)
    hub.add(client)
    try:
        await _until_gone(receive, _stream(send, client, own_origin, (min(known) - now).total_seconds()))
    finally:
        hub.remove(client)


async def _until_gone(receive: Receive, streaming: Any) -> None:
    """Run the stream until it ends or the client hangs up."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            continue

    tasks = [asyncio.ensure_future(streaming), asyncio.ensure_future(gone())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _stream(send: Send, client: Client, origin: bytes, seconds: float) -> None:
    end = asyncio.get_running_loop().time() + seconds

    async def write(text: str, *, more: bool = True) -> None:
        body = {"type": "http.response.body", "body": text.encode(), "more_body": more}
        await asyncio.wait_for(send(body), SLOW_SECONDS)

    await send({"type": "http.response.start", "status": 200, "headers": _headers(b"text/event-stream", origin)})
    await write(f"retry: {RETRY_MILLISECONDS}\n\n")
    while (left := end - asyncio.get_running_loop().time()) > 0:
        try:
            await asyncio.wait_for(client.wake.wait(), min(HEARTBEAT_SECONDS, left))
        except TimeoutError:
            await write(":\n\n")  # keeps proxies from closing the connection, and finds clients that are gone
            continue
        client.wake.clear()
        changed, client.changed = client.changed, set()
        for topic in sorted(changed):
            hub.messages += 1
            await write(f"id: {hub.messages}\nevent: changed\ndata: {topic}\n\n")
        await asyncio.sleep(client.pause)
    await write("", more=False)


def _headers(content_type: bytes, origin: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", content_type + b"; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # nginx would keep events back
        (b"x-content-type-options", b"nosniff"),
        (b"access-control-allow-origin", origin),
        (b"vary", b"origin"),
    ]


async def _answer(send: Send, status: int, text: str) -> None:
    origin = settings.CONBILLET_BASE_URL.encode()
    await send({"type": "http.response.start", "status": status, "headers": _headers(b"text/plain", origin)})
    await send({"type": "http.response.body", "body": text.encode()})
