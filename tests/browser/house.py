"""A running house for the browser: web server, worker, live endpoint, fake Stripe and mail catcher, as real processes.

One for the whole test session, on a database of its own that keeps what the tests commit; each test makes its own cast
under its own addresses. Production settings; nothing of it is known to the test process but the database.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from conbillet.cli import processes, services
from conbillet.cli.environment import Ports
from conbillet.demo.testing import FakeStripe, MailCatcher, free_port, start_fake_stripe, start_mail_catcher

CHECKOUT = Path(__file__).resolve().parents[2]
# The database's name is also the prefix of its roles, which the template database's grants name.
DATABASE = "conbillet_test"
# What pytest's own process is told and a running house must not be: the tests' mail backend and unhashed files.
TESTS_ONLY = ("CONBILLET_MAIL_BACKEND", "CONBILLET_STATIC_STORAGE")
READY_SECONDS = 30


class LiveHouse:
    """The running house: its addresses, its fakes, and a way to kill and start each of its programs."""

    def __init__(self, data: Path, database_url: str) -> None:
        self.logs = data / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        for old in self.logs.glob("*.log"):
            old.unlink()
        self.ports = _ports()
        self.url = f"http://localhost:{self.ports.web}"
        self.live_url = f"http://localhost:{self.ports.live}"
        self.stripe: FakeStripe
        self.mails: MailCatcher
        self._data = data
        self._database_url = database_url
        self._programs: dict[str, subprocess.Popen[bytes]] = {}
        self._services: dict[str, services.Service] = {}

    def __str__(self) -> str:
        return self.url

    @contextmanager
    def open(self) -> Iterator["LiveHouse"]:
        with ExitStack() as closing:
            static = self._collect_static()
            self.stripe = start_fake_stripe(self._data / "stripe", webhook_url=self.url + services.STRIPE_WEBHOOK)
            closing.callback(self.stripe.stop)
            self.mails = start_mail_catcher(self._data / "mails")
            closing.callback(self.mails.stop)
            self.environment = self._environment()
            closing.callback(self.end)
            assert static.wait(60) == 0, f"collectstatic failed:\n{self.log('static')}"
            chosen = (services.web(self.ports, workers=1), services.worker(), services.live(self.ports))
            for service in chosen:
                self._services[service.name] = service
                self.start(service.name, wait=False)
            for service in chosen:
                self._wait_for(service)
            yield self

    def start(self, name: str, *, wait: bool = True) -> None:
        """Start `web`, `worker` or `live` (again)."""
        service = self._services[name]
        with (self.logs / f"{name}.log").open("ab") as log:
            self._programs[name] = processes.start_leashed(service.command, environment=self.environment, log=log)
        if wait:
            self._wait_for(service)

    def kill(self, name: str) -> None:
        """kill -9 a program with all it has started."""
        processes.send([self._programs[name].pid], 9, groups=True)
        self._programs.pop(name).wait()

    def end(self) -> None:
        """SIGTERM to all programs, and no patience."""
        running = list(self._programs.values())
        processes.send([process.pid for process in running], 15)
        processes.wait_until(lambda: all(process.poll() is not None for process in running), seconds=3)
        for name in list(self._programs):
            self.kill(name)

    def log(self, name: str, since: int = 0) -> str:
        path = self.logs / f"{name}.log"
        return path.read_bytes()[since:].decode(errors="replace") if path.exists() else ""

    def log_sizes(self) -> dict[str, int]:
        return {path.stem: path.stat().st_size for path in self.logs.glob("*.log")}

    def _wait_for(self, service: services.Service) -> None:
        ready: Callable[[], bool] = service.ready or (lambda: True)
        program = self._programs[service.name]
        up = processes.wait_until(lambda: program.poll() is not None or ready(), seconds=READY_SECONDS)
        assert up and program.poll() is None, f"{service.name} does not start:\n{self.log(service.name)[-3000:]}"

    def _environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name not in TESTS_ONLY},
            "DATABASE_URL": self._database_url,
            "CONBILLET_DEMO": "1",
            "CONBILLET_PORT": str(self.ports.web),
            "CONBILLET_BASE_URL": self.url,
            "CONBILLET_LIVE_URL": self.live_url,
            "CONBILLET_STRIPE_API_BASE": self.stripe.url,
            "CONBILLET_STRIPE_CHECKOUT_ORIGIN": self.stripe.url,
            "CONBILLET_STRIPE_CONNECT_ORIGIN": self.stripe.url,
            "CONBILLET_STRIPE_SECRET_KEY": self.stripe.secret_key,
            "CONBILLET_STRIPE_WEBHOOK_SECRETS": self.stripe.webhook_secret,
            "CONBILLET_SMTP_HOST": "localhost",
            "CONBILLET_SMTP_PORT": str(self.mails.smtp_port),
            "CONBILLET_MAIL_CATCHER_URL": self.mails.url,
            "DJANGO_SETTINGS_MODULE": "conbillet.config.settings",
            "PYTHONPATH": str(CHECKOUT),
        }

    def _collect_static(self) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name not in TESTS_ONLY}
        environment |= {"DJANGO_SETTINGS_MODULE": "conbillet.config.settings", "PYTHONPATH": str(CHECKOUT)}
        command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--clear", "-v0"]
        with (self.logs / "static.log").open("wb") as log:
            return processes.start_leashed(command, environment=environment, log=log)


def make_database(admin_dsn: str, template: str) -> None:
    """A fresh copy of the migrated template, for the house and the tests that look into it."""
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE "{template}"')


def drop_database(admin_dsn: str) -> None:
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')


def _ports() -> Ports:
    """A free port for the web whose successor, the live endpoint's, is free too."""
    while True:
        found = Ports(free_port())
        if found.live < 65535 and services.port_is_free(found.live):
            return found
