"""Live support under load: `python -m bench.chat`. Many conversations are open at once, each with a page that listens; some
agents and visitors write. How long does a word take from being sent until the other side has read it?

Two web processes, the live endpoint, PostgreSQL, and this client share the machine. Not part of `make bench`: it wants a quiet
minute. `--chats 500 --agents 40 --rate 10 --seconds 30`.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from conbillet.cli import processes, services
from conbillet.cli.embedded_postgres import EmbeddedPostgres
from conbillet.cli.environment import Ports
from conbillet.demo.testing import free_port

from . import databases
from .cpu import Meter
from .databases import CHECKOUT, DATA, Database, environment

GOAL_MS = 100
HEARTBEAT = 25.0
FRESH = """
import django, sys
from conbillet.config import settings as house
from conbillet.config.env import database as parse
house.DATABASES["default"].update(parse(house.CONBILLET_DATABASE_OWNER_URL))
django.setup()
from django.core.management import call_command
from django.db import connection
from conbillet.core.database_roles import sync
call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
sync(connection, prefix=sys.argv[1])
"""


@dataclass
class Pipe:
    """One keep-alive connection to the web server, as a browser holds for a page."""

    port: int
    cookie: str
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", f"Cookie: {self.cookie}", "Accept: application/json"]
        if method == "POST":
            lines += ["Sec-Fetch-Site: same-origin", f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        async with self.lock:
            for attempt in (1, 2):
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
                    return await self._answer()
                except (OSError, asyncio.IncompleteReadError):
                    self.writer.close()
                    self.writer = None
                    if attempt == 2:
                        raise
        raise AssertionError

    async def _answer(self) -> tuple[int, bytes]:
        assert self.reader is not None
        head = await self.reader.readuntil(b"\r\n\r\n")
        status, length = int(head[9:12]), 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return status, await self.reader.readexactly(length)


@dataclass
class Page:
    """An open page of a conversation: listens, and fetches what came after the newest message that it has."""

    run: "Run"
    address: str
    pipe: Pipe
    csrf: str = ""
    last: int = 0
    live: str = ""
    asking: bool = False
    again: bool = False

    async def ask(self) -> None:
        if self.asking:
            self.again = True
            return
        self.asking, self.again = True, True
        while self.again:
            self.again = False
            status, body = await self.pipe.send("GET", f"{self.address}news/", Last_Event_ID=str(self.last))
            self.run.fetches += 1
            if status == 200:
                self.take(json.loads(body))
            else:
                self.run.failures += 1
        self.asking = False

    def take(self, news: dict[str, Any]) -> None:
        now = time.perf_counter()
        self.live = news["live"]
        for message in news["messages"]:
            self.last = max(self.last, message["number"])
            begun = self.run.under_way.pop((message["text"], message["side"]), None)
            if begun is not None and message["side"] == "theirs":
                self.run.delivered.append(now - begun)

    async def say(self) -> None:
        text, key = f"word {secrets.token_hex(8)}", secrets.token_hex(16)
        self.run.under_way[text, "theirs"] = time.perf_counter()
        self.run.said += 1
        values = {"text": text, "key": key, "csrfmiddlewaretoken": self.csrf}
        begun = time.perf_counter()
        status, body = await self.pipe.send("POST", self.address, urlencode(values).encode(), Last_Event_ID=str(self.last))
        self.run.accepted.append(time.perf_counter() - begun)
        if status == 200:
            news = json.loads(body)
            self.last = max([self.last, *(one["number"] for one in news["messages"])])
        else:
            self.run.failures += 1

    async def listen(self) -> None:
        parts = urlsplit(self.live)
        reader, writer = await asyncio.open_connection("127.0.0.1", parts.port, limit=2**16)
        writer.write(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.run.listening += 1
        try:
            while line := await reader.readline():
                if line.startswith(b"data: chat:"):
                    self.run.soon(self.ask())
        finally:
            self.run.listening -= 1
            writer.close()

    async def beat(self) -> None:
        await asyncio.sleep(random.uniform(0, HEARTBEAT))  # noqa: S311  the chance of a load, no secret
        while True:
            await self.ask()
            await asyncio.sleep(HEARTBEAT)


class Run:
    """What happened."""

    def __init__(self) -> None:
        self.under_way: dict[tuple[str, str], float] = {}
        self.delivered: list[float] = []
        self.accepted: list[float] = []
        self.said = self.fetches = self.failures = self.listening = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def soon(self, deed: Any) -> None:
        task = asyncio.create_task(deed)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def talk(plan: dict[str, Any], ports: Ports, *, rate: float, seconds: float, meter: Any) -> tuple[Run, dict[str, float]]:
    run = Run()
    visitors = [
        Page(run, f"/support/{one['reference']}/", Pipe(ports.web, f"support={one['token']}")) for one in plan["chats"]
    ]
    agents = [
        Page(run, f"/office/bench/chat/{chat['reference']}/", Pipe(ports.web, agent["cookie"]), csrf=agent["csrf"])
        for agent, chat in zip(plan["agents"], plan["chats"], strict=False)
    ]
    pages = [*visitors, *agents]
    for at in range(0, len(pages), 50):
        await asyncio.gather(*(page.ask() for page in pages[at : at + 50]))
    for page in pages:
        run.soon(page.listen())
    while run.listening < len(pages):
        await asyncio.sleep(0.05)
    await asyncio.sleep(2)  # each was told to look once, on connecting
    for page in pages:
        run.soon(page.beat())
    run.fetches = 0
    with meter:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            pair = random.randrange(len(agents))  # noqa: S311  the chance of a load, no secret
            speaker = random.choice((agents[pair], visitors[pair]))  # noqa: S311  the chance of a load, no secret
            run.soon(speaker.say())
            await asyncio.sleep(random.expovariate(rate))  # noqa: S311  the chance of a load, no secret
        await asyncio.sleep(1)
    costs = meter.ms(max(run.said, 1))
    return run, costs


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else float("nan")


@contextmanager
def house(database: Database, ports: Ports) -> Iterator[tuple[dict[str, str], dict[str, int]]]:
    """Two web processes and the live endpoint, as production runs them; their environment and process ids."""
    where = environment(
        database,
        CONBILLET_BASE_URL=f"http://localhost:{ports.web}",
        CONBILLET_LIVE_URL=f"http://localhost:{ports.live}",
        CONBILLET_PORT=str(ports.web),
    )
    with ExitStack() as closing:
        subprocess.run([sys.executable, "-m", "django", "collectstatic", "--noinput", "-v0"], env=where, cwd=CHECKOUT, check=True)
        running = {}
        for service in (services.web(ports), services.live(ports)):
            log = closing.enter_context((DATA / f"chat_{service.name}.log").open("wb"))
            program = processes.start_leashed(service.command, environment=where, log=log)
            running[service.name] = program
            closing.callback(lambda program=program: (processes.send([program.pid], 9, groups=True), program.wait()))
            if service.ready is not None and not processes.wait_until(service.ready, seconds=40):
                raise SystemExit((DATA / f"chat_{service.name}.log").read_text()[-3000:])
        yield where, {name: program.pid for name, program in running.items()}


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m bench.chat", description=__doc__)
    arguments.add_argument("--chats", type=int, default=500)
    arguments.add_argument("--agents", type=int, default=40)
    arguments.add_argument("--rate", type=float, default=10, help="words a second, of both sides together")
    arguments.add_argument("--seconds", type=float, default=30)
    args = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    postgres = EmbeddedPostgres(DATA / "postgres")
    postgres.start()
    try:
        database, ports = databases.urls(postgres, "chat"), Ports(free_port())
        postgres.ensure_database(database.name)
        subprocess.run([sys.executable, "-c", FRESH, database.name], env=environment(database), cwd=CHECKOUT, check=True)
        with house(database, ports) as (where, pids):
            command = [sys.executable, "-m", "bench.chat_prepare", str(args.chats), str(args.agents)]
            made = subprocess.run(command, env=where, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True)
            plan = json.loads(made.stdout.splitlines()[-1])
            assert postgres.pid is not None
            meter = Meter({**pids, "postgres": postgres.pid})
            run, costs = asyncio.run(talk(plan, ports, rate=args.rate, seconds=args.seconds, meter=meter))
    finally:
        postgres.stop()
    lost = run.said - len(run.delivered)
    p50, p95, p99 = (percentile(run.delivered, share) for share in (0.5, 0.95, 0.99))
    print(f"{args.chats} open conversations, {args.agents} agents, two web processes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{run.said} words said in {args.seconds:.0f} s, {run.fetches} fetches, {run.failures} failures, {lost} not delivered")
    print(f"from sending to reading: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms (goal: p95 under {GOAL_MS} ms)")
    print(f"accepted: p50 {percentile(run.accepted, 0.5):.0f} ms, p95 {percentile(run.accepted, 0.95):.0f} ms")
    print("CPU ms a word, heartbeats of all pages included: " + ", ".join(f"{name} {cost:.1f}" for name, cost in costs.items()))
    return 0 if lost == 0 and run.failures == 0 and p95 < GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
