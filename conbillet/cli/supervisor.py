"""Everything under one roof: starts the programs of a demo, keeps them running, and stops them without a trace.

Each child runs in a process group of its own and on a leash (it dies with the supervisor, even by kill -9). A child
that dies is started again, after a pause that grows. Nothing here imports Django: one short-lived child prepares the
database when the code has changed, so an unchanged house opens in about the time that its web server needs.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from conbillet.cli import environment, preparation, processes, services
from conbillet.cli.embedded_postgres import CannotStart, EmbeddedPostgres
from conbillet.cli.progress import plain, say
from conbillet.cli.services import Service
from conbillet.config.leash import die_with_parent
from conbillet.core.files import make_private_folder

STOP_SECONDS = 3.0  # for the children; PostgreSQL gets what is left of five seconds
READY_SECONDS = 60.0
BIG_LOG = 5 * 1024 * 1024


class CannotRun(Exception):
    """The house cannot be started; the message says why and what to do."""


class Stopped(BaseException):
    """A signal asked us to stop while something long was running."""


@dataclass
class Child:
    """A running program, and how often it has failed lately."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    restart_at: float = 0.0
    ready: bool = False

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None else None


class Supervisor:
    """One run of one data folder."""

    def __init__(self, data: Path, at: environment.Ports, *, with_demo_data: bool = True) -> None:
        self.data = data
        self.at = at
        self.with_demo_data = with_demo_data
        self.logs = data / "logs"
        self.environment: dict[str, str] = {}
        self.cluster: EmbeddedPostgres | None = None
        self.children: list[Child] = []
        self.stopping = False
        self._interruptible = False
        self.lock = processes.FolderLock(data / "supervisor.lock")

    # --- the whole story ---------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Start, watch, stop. 0 after a wanted stop; raises CannotRun (after cleaning up) when it cannot start."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        if os.environ.get("MAKELEVEL"):  # `make` is only the doorbell: when it is killed, nobody else could stop us
            die_with_parent(signal.SIGTERM)
        try:
            self._take_the_folder()
            self._check_ports()
            self._start()
            if not self.stopping:
                self._announce()
            self._watch()
        except Stopped:
            pass
        except CannotStart as reason:
            raise CannotRun(str(reason)) from None
        finally:
            self._stop()
        return 0

    def _start(self) -> None:
        self.environment = {**os.environ, **environment.demo_environment(self.data, self.at)}
        self.environment[processes.MARK] = str(self.data)
        for fake in (services.fake_stripe(self.at, self.data), services.mail_catcher(self.at, self.data)):
            self._launch(Child(fake))
        self._start_database()
        owner_url = self.environment["DATABASE_OWNER_URL"]
        if preparation.is_prepared(owner_url, self.data / "static", demo=self.with_demo_data):
            say("the database is as this version wants it")
        else:
            self._wait_until_ready()  # demo data has accounts at the fake Stripe
            self._prepare()
        for service in (services.web(self.at), services.worker(), services.live(self.at)):
            self._launch(Child(service))
        self._wait_until_ready()
        self._write_run_file()

    def _start_database(self) -> None:
        if os.environ.get("DATABASE_URL"):
            say("the database is the one of DATABASE_URL")
            return
        self.cluster = environment.cluster(self.data)
        with self._interruptions():
            self.cluster.start()
            self.cluster.ensure_database(environment.DATABASE)
        say("PostgreSQL is running")

    def _prepare(self) -> None:
        """Migrations, roles, static files and demo data, in one child so that our own process stays small."""
        command = [sys.executable, "-m", "conbillet.cli", "migrate", *(["--demo"] if self.with_demo_data else [])]
        child = processes.start_leashed(command, environment=self.environment, log=None)
        while child.poll() is None:
            time.sleep(0.02)
            if self.stopping:
                processes.end_all([child.pid], seconds=1)
                child.wait()
                raise Stopped
        if child.returncode != 0:
            raise CannotRun("The database could not be prepared; what is wrong stands above.")

    # --- children ----------------------------------------------------------------------------------------------------

    def _launch(self, child: Child) -> None:
        path = self.logs / f"{child.service.name}.log"
        if path.exists() and path.stat().st_size > BIG_LOG:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            child.process = processes.start_leashed(child.service.command, environment=self.environment, log=log)
        child.started = time.monotonic()
        if child not in self.children:
            self.children.append(child)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        for child in self.children:
            while not child.ready and child.service.ready is not None and not child.service.ready():
                if self.stopping:
                    raise Stopped
                if self._has_ended(child):
                    raise CannotRun(f"{child.service.name} does not start:\n{self._end_of_log(child)}")
                if time.monotonic() > deadline:
                    raise CannotRun(f"{child.service.name} does not answer:\n{self._end_of_log(child)}")
                time.sleep(0.03)
            if not child.ready:
                child.ready = True
                say(f"{child.service.name.replace('_', ' ')} is ready")

    @staticmethod
    def _has_ended(child: Child) -> bool:
        return child.process is not None and child.process.poll() is not None

    def _end_of_log(self, child: Child) -> str:
        path = self.logs / f"{child.service.name}.log"
        text = path.read_bytes()[-2000:].decode(errors="replace") if path.exists() else ""
        return f"{text.strip()}\n(all of it: {path})"

    def _watch(self) -> None:
        while not self.stopping:
            self._watch_database()
            for child in self.children:
                self._watch_child(child)
            time.sleep(0.1)

    def _watch_child(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None and self._has_ended(child):
            code = child.process.returncode
            processes.send([child.process.pid], signal.SIGKILL, groups=True)  # whatever its group still has
            child.failures = 1 if now - child.started > 60 else child.failures + 1
            pause = min(0.2 * 2 ** (child.failures - 1), 30.0)
            child.process, child.restart_at = None, now + pause
            say(f"{child.service.name} ended ({_how(code)}); starting it again in {pause:.1f} s")
            self._write_run_file()
        elif child.process is None and now >= child.restart_at:
            self._launch(child)
            self._write_run_file()

    def _watch_database(self) -> None:
        if self.cluster is None or self.cluster.is_running():
            return
        say("PostgreSQL ended; starting it again")
        with self._interruptions():
            self.cluster.stop()
            try:
                self.cluster.start()
            except CannotStart as reason:
                say(str(reason))
                time.sleep(1)
                return
        say("PostgreSQL is running")
        self._write_run_file()

    # --- the end -----------------------------------------------------------------------------------------------------

    def _asked_to_stop(self, *_: object) -> None:
        self.stopping = True
        if self._interruptible:
            self._interruptible = False
            raise Stopped

    def _interruptions(self) -> "_Interruptions":
        """Inside, a signal breaks off what is being done; elsewhere it is noticed within a tenth of a second."""
        return _Interruptions(self)

    def _stop(self) -> None:
        self.stopping, self._interruptible = True, False
        running = [child.process for child in self.children if child.process is not None]
        if running or (self.cluster is not None and self.cluster.owned):
            say("stopping")
        processes.send([process.pid for process in running], signal.SIGTERM)
        processes.wait_until(lambda: all(process.poll() is not None for process in running), seconds=STOP_SECONDS)
        for process in running:
            processes.send([process.pid], signal.SIGKILL, groups=True)
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)
        if self.lock.held:  # else the folder is somebody else's
            processes.send(processes.supervised_by(self.data), signal.SIGKILL)
        if self.cluster is not None:
            self.cluster.stop(seconds=1.2)
        if self.lock.held:
            environment.run_file(self.data).unlink(missing_ok=True)
            self.lock.free()
        if running:
            say("stopped; the data is kept")

    # --- what it tells -----------------------------------------------------------------------------------------------

    def _take_the_folder(self) -> None:
        """One supervisor for each data folder. What a killed one left behind is ended first."""
        make_private_folder(self.logs)
        processes.wait_until(
            # A demo that runs answers at once; one that is just starting or stopping is worth a moment.
            lambda: self.stopping or self.lock.take() or environment.running_demo(self.data) is not None,
            seconds=8,
            every=0.1,
        )
        if self.stopping:
            raise Stopped
        if not self.lock.held:
            demo = environment.running_demo(self.data) or {}
            where = f" at {demo['web']}" if demo else ""
            raise CannotRun(f"ConBillet already runs{where} (data: {self.data}). `bin/conbillet down` stops it.")
        orphans = processes.supervised_by(self.data)
        if orphans:
            say(f"ending {len(orphans)} processes of a run that was killed")
            processes.end_all(orphans, seconds=2)

    def _check_ports(self) -> None:
        wanted = {"the web": self.at.web, "live pages": self.at.live, "the fake Stripe": self.at.fake_stripe}
        wanted |= {"the mail catcher": self.at.mail_catcher, "caught mail (SMTP)": self.at.smtp}
        for what, port in wanted.items():
            if not processes.wait_until(partial(services.port_is_free, port), seconds=1, every=0.1):
                raise CannotRun(
                    f"Port {port}, wanted for {what}, is in use. Choose another with CONBILLET_PORT (five in a row are "
                    f"needed, from CONBILLET_PORT on; now {self.at.web})."
                )

    def _write_run_file(self) -> None:
        pids = {child.service.name: child.pid for child in self.children}
        pids["postgres"] = self.cluster.pid if self.cluster is not None else None
        environment.write_run_file(self.data, self.at, self.environment, pids)

    def _announce(self) -> None:
        answer = services.status(self.at.web, "/")
        if answer is None or answer >= 500:
            say(f"the front page answers with an error; see {self.logs / 'web.log'}")
        say("ConBillet is open\n")
        plain(f"  shop          {self.environment['CONBILLET_BASE_URL']}")
        plain(f"  caught mail   {self.environment['CONBILLET_MAIL_CATCHER_URL']}")
        plain(f"  fake Stripe   {self.environment['CONBILLET_STRIPE_API_BASE']}")
        for line in preparation.login_help(self.data):
            plain(f"  {line}")
        plain(f"\n  data and logs are in {self.data} · Ctrl-C stops\n")


class _Interruptions:
    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor

    def __enter__(self) -> None:
        if self.supervisor.stopping:
            raise Stopped
        self.supervisor._interruptible = True

    def __exit__(self, *_: object) -> None:
        self.supervisor._interruptible = False


def _how(code: int) -> str:
    if code < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
