"""The house under load: web server, worker and fake Stripe as processes of their own, and the load that is put on it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from conbillet.cli import processes, services
from conbillet.cli.environment import Ports
from conbillet.demo.testing import FakeStripe, free_port, start_fake_stripe

from .cpu import Meter, seconds
from .databases import CHECKOUT, DATA, Database, environment
from .worker import MAILS

Plan = dict[str, Any]


@dataclass
class Load:
    """What a load cost: CPU milliseconds an operation by program, and how it went."""

    count: int
    wall: float
    p50: float
    p95: float
    requests: int
    outcomes: dict[str, int]
    cpu: dict[str, float]
    results: list[str] = field(default_factory=list)
    queries: float | None = None

    @property
    def ours(self) -> float:
        """CPU of the house itself: web, worker, PostgreSQL."""
        return sum(self.cpu.get(name, 0) for name in ("web", "worker", "postgres"))

    @property
    def per_second(self) -> float:
        return self.count / self.wall

    def plus(self, other: "Load") -> "Load":
        """Two parts of the same journey."""
        return Load(
            self.count,
            self.wall + other.wall,
            self.p50 + other.p50,
            self.p95 + other.p95,
            self.requests + other.requests,
            {**self.outcomes, **other.outcomes},
            {name: self.cpu.get(name, 0) + other.cpu.get(name, 0) for name in self.cpu},
        )


# The mails wait to be measured apart. Out of the worker's sight, or it would look through all of them for each other job.
_PUT_MAILS_ASIDE = "UPDATE procrastinate_jobs SET status = 'cancelled' WHERE queue_name = %s AND status = 'todo'"
_BRING_SOME_BACK = """
UPDATE procrastinate_jobs SET status = 'todo' WHERE id IN (
    SELECT id FROM procrastinate_jobs WHERE queue_name = %s AND status IN ('cancelled', 'todo') ORDER BY id DESC LIMIT %s
)
"""
_WAITING = """
SELECT count(*) FROM procrastinate_jobs
WHERE queue_name = %s AND (status = 'doing' OR status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))
"""


def waiting_jobs(owner: psycopg.Connection, queue: str) -> int:
    """How many jobs of a queue are being done, or could be now."""
    row = owner.execute(_WAITING, [queue]).fetchone()
    assert row is not None
    return int(row[0])


class House:
    def __init__(self, database: Database, postgres: int) -> None:
        self.database, self.postgres = database, postgres
        self.ports = Ports(free_port())
        self.stripe: FakeStripe
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.environment: dict[str, str] = {}

    @contextmanager
    def open(self) -> Iterator["House"]:
        with ExitStack() as closing:
            url = f"http://localhost:{self.ports.web}"
            self.stripe = start_fake_stripe(
                DATA / f"stripe_{self.database.label}", webhook_url=url + services.STRIPE_WEBHOOK
            )
            closing.callback(self.stripe.stop)
            self.environment = environment(
                self.database,
                CONBILLET_BASE_URL=url,
                CONBILLET_PORT=str(self.ports.web),
                CONBILLET_STRIPE_API_BASE=self.stripe.url,
                CONBILLET_STRIPE_CHECKOUT_ORIGIN=self.stripe.url,
                CONBILLET_STRIPE_SECRET_KEY=self.stripe.secret_key,
                CONBILLET_STRIPE_WEBHOOK_SECRETS=self.stripe.webhook_secret,
            )
            closing.callback(self._end)
            self.run(["-m", "django", "collectstatic", "--noinput", "-v0"])
            web = services.granian(
                "bench.wsgi:application",
                interface="wsgi",
                port=self.ports.web,
                workers=1,
                options=("--blocking-threads", "4"),
            )
            self._start("web", web)
            self._start("worker", [sys.executable, "-m", "bench.worker", "default"])
            if not processes.wait_until(lambda: services.status(self.ports.web, "/bench/bare/") == 200, seconds=40):
                raise RuntimeError((DATA / "web.log").read_text()[-3000:])
            self._wait_for_worker()
            yield self

    def run(self, command: list[str]) -> str:
        """Run a Python program on this house's database; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            env=self.environment,
            cwd=CHECKOUT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def prepare(self, *arguments: str) -> Plan:
        plan: Plan = json.loads(self.run(["-m", "bench.prepare", *arguments]).splitlines()[-1])
        return plan

    def load(self, journey: str, count: int, *, clients: int = 4, settle: bool = False, **plan: Any) -> Load:
        """Put a load on the house; with `settle` its CPU is counted until the queue of jobs is empty, too."""
        with psycopg.connect(self.database.owner_url, autocommit=True) as owner:
            owner.execute(_PUT_MAILS_ASIDE, [MAILS])
            owner.execute("VACUUM procrastinate_jobs")
        plan |= {
            "journey": journey,
            "count": count,
            "clients": clients,
            "port": self.ports.web,
            "stripe": self.stripe.port,
        }
        client = subprocess.Popen(
            [sys.executable, "-m", "bench.client"],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert client.stdin and client.stdout
        with client:
            client.stdin.write(json.dumps(plan) + "\n")
            client.stdin.flush()
            assert client.stdout.readline().strip() == "ready"
            roots = {name: program.pid for name, program in self.programs.items()}
            with Meter({**roots, "postgres": self.postgres, "stripe": self.stripe.pid}) as meter:
                client.stdin.write("\n")
                client.stdin.flush()
                said = json.loads(client.stdout.readline())
                if settle:
                    self.settle()
        return Load(
            count,
            said["wall"],
            said["p50"],
            said["p95"],
            said["requests"],
            said["outcomes"],
            meter.ms(count),
            said["results"],
            said["queries"] / count if "headers" in plan and "X-Bench-Count" in plan["headers"] else None,
        )

    def counted(self, journey: str, count: int = 4, **plan: Any) -> float:
        """SQL statements of the web server an operation."""
        load = self.load(journey, count, clients=1, **{**plan, "headers": {"X-Bench-Count": "1"}})
        self.settle()
        return load.queries or 0

    def settle(self) -> None:
        """Wait until all webhooks are delivered and no job is left to be done now."""
        self.stripe.control("POST", "webhooks/wait", {"timeout": 60})
        with psycopg.connect(self.database.owner_url, autocommit=True) as owner:
            if not processes.wait_until(lambda: waiting_jobs(owner, "default") == 0, seconds=180, every=0.1):
                raise RuntimeError("the worker does not get done with its jobs")

    def mails(self, count: int, *, warm_up: int = 10) -> dict[str, float]:
        """CPU milliseconds of one waiting mail: the job, the letter, its PDFs. Handed over to nobody."""
        with psycopg.connect(self.database.owner_url, autocommit=True) as owner:
            owner.execute(_PUT_MAILS_ASIDE, [MAILS])
            owner.execute(_BRING_SOME_BACK, [MAILS, count + warm_up])
            worker = processes.start_leashed(
                [sys.executable, "-m", "bench.worker", MAILS], environment=self.environment, log=subprocess.DEVNULL
            )
            try:
                processes.wait_until(lambda: waiting_jobs(owner, MAILS) <= count, seconds=60)
                begun = waiting_jobs(owner, MAILS)
                with Meter({"worker": worker.pid, "postgres": self.postgres}) as meter:
                    if not processes.wait_until(lambda: waiting_jobs(owner, MAILS) == 0, seconds=180):
                        raise RuntimeError("the mails do not get done")
            finally:
                processes.send([worker.pid], 9, groups=True)
                worker.wait()
        return meter.ms(max(begun, 1))

    def _wait_for_worker(self) -> None:
        """Its first look at the schedule and its imports are over, so that no load pays for them."""
        pid = self.programs["worker"].pid
        spent = -1.0

        def is_calm() -> bool:
            nonlocal spent
            before, spent = spent, seconds(pid)
            return spent > 0.5 and spent - before < 0.03

        processes.wait_until(is_calm, seconds=20, every=0.5)

    def _start(self, name: str, command: list[str]) -> None:
        with (DATA / f"{name}.log").open("wb") as log:
            self.programs[name] = processes.start_leashed(command, environment=self.environment, log=log)

    def _end(self) -> None:
        processes.send([program.pid for program in self.programs.values()], 15)
        everybody = list(self.programs.values())
        processes.wait_until(lambda: all(program.poll() is not None for program in everybody), seconds=5)
        for program in everybody:
            processes.send([program.pid], 9, groups=True)
            program.wait()
