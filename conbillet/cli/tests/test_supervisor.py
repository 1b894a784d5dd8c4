"""The real house, started as a person starts it, with parts of it killed, and stopped: nothing may be left behind."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conbillet.cli import processes, services
from conbillet.cli.processes import alive, wait_until

CHECKOUT = Path(__file__).resolve().parents[3]


def free_ports() -> int:
    """The first of five free ports in a row."""
    for first in range(21000 + os.getpid() % 500 * 10, 29000, 10):
        if all(services.port_is_free(port) for port in range(first, first + 5)):
            return first
    raise AssertionError("no free ports")


@dataclass
class House:
    """One demo with data and ports of its own."""

    data: Path
    port: int
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        # HOME is empty on purpose, and nothing of the tests' own settings goes along.
        home = self.data.parent / "home"
        home.mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "CONBILLET_DATA": str(self.data),
            "CONBILLET_PORT": str(self.port),
        }

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CHECKOUT / "bin" / "conbillet", *arguments],
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self) -> None:
        self.process = subprocess.Popen(
            [CHECKOUT / "bin" / "conbillet", "up", "--empty"],
            env=self.environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.output = []
        for line in self.process.stdout:
            self.output.append(line)
            if "Ctrl-C stops" in line:
                return
        raise AssertionError("".join(self.output))

    def stop(self) -> float:
        """Ask it to stop; the seconds that it took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0
        return time.monotonic() - started

    @property
    def run_file(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        return found

    def is_open(self) -> bool:
        return (
            services.status(self.port, "/static/nothing") == 404
            and services.status(self.port + 1, "/live/health") == 200
        )

    def left_over(self) -> list[str]:
        """Command lines of whatever still runs for this folder."""
        found = []
        for pid in processes.pids():
            try:
                here = Path(f"/proc/{pid}/cwd").readlink().is_relative_to(self.data)
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                named = str(self.data).encode() in Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            if (here or named or str(self.data) in line) and alive(pid):
                found.append(line)
        return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house") / "data", free_ports())
    yield house
    if house.process is not None and house.process.poll() is None:
        house.process.send_signal(signal.SIGTERM)
        house.process.wait(10)


@pytest.fixture
def running(house: House) -> House:
    if house.process is None or house.process.poll() is not None:
        house.start()
    assert wait_until(house.is_open, seconds=20)
    return house


def test_starts_and_says_where_it_is(running: House):
    text = "".join(running.output)
    assert f"http://localhost:{running.port}\n" in text
    assert running.run_file["web"] == f"http://localhost:{running.port}"
    assert (running.data / "run.json").stat().st_mode & 0o077 == 0
    assert (running.data / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (running.data / "keys" / "secret_key").read_text().strip() not in (running.data / "run.json").read_text()
    for port in range(running.port, running.port + 5):
        assert services.listens(port)


def test_other_commands_find_it(running: House):
    answer = running.command("shell", "--sql", "-c", "SELECT current_user")
    assert "conbillet_app" in answer.stdout, answer.stderr


def test_a_web_server_of_its_own_beside_it(running: House):
    """It listens where it was told to, not at the demo's port; and never shares a port with another one."""
    answer = running.command("serve")
    assert answer.returncode == 1
    assert f"Port {running.port}, wanted for web, is in use" in answer.stderr
    at = running.port + 7
    with subprocess.Popen(
        [CHECKOUT / "bin" / "conbillet", "serve", "--workers", "1"],
        env={**running.environment, "CONBILLET_PORT": str(at)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == f"web listens at 127.0.0.1, port {at}; SIGTERM stops it\n"
        assert wait_until(lambda: services.status(at, "/healthz") == 200, seconds=30)
        server.terminate()
        assert server.wait(10) == 0
    assert running.is_open()


def test_the_doctor_finds_nothing_wrong(running: House):
    answer = running.command("doctor")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"the demo runs at http://localhost:{running.port}" in answer.stdout


def test_a_second_start_says_that_it_runs_already(running: House):
    answer = running.command("up", "--empty")
    assert answer.returncode == 1
    assert f"already runs at http://localhost:{running.port}" in answer.stderr
    assert running.is_open()


@pytest.mark.parametrize("name", ["web", "worker", "live", "fake_stripe", "mail_catcher", "postgres"])
def test_a_killed_part_comes_back(running: House, name: str):
    before = running.run_file["pids"][name]
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: running.run_file["pids"][name] not in {before, None}, seconds=15, every=0.1)
    assert wait_until(running.is_open, seconds=20)
    with psycopg.connect(running.run_file["database_url"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_web_worker_comes_back(running: House):
    web = running.run_file["pids"]["web"]
    workers = [pid for pid in processes.pids() if processes.parent(pid) == web]
    assert len(workers) >= 2
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(running.is_open, seconds=20)


def test_kill_9_of_the_supervisor_ends_all_of_it_and_the_next_start_works(running: House):
    assert running.process is not None
    with psycopg.connect(running.run_file["database_owner_url"], autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
    running.process.kill()
    running.process.wait()
    assert wait_until(lambda: running.left_over() == [], seconds=5), running.left_over()
    running.start()
    assert wait_until(running.is_open, seconds=20)
    with psycopg.connect(running.run_file["database_owner_url"]) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_starts_while_the_killed_ones_parts_are_still_there(running: House):
    """A frozen PostgreSQL cannot hear that its supervisor died: the next start has to get rid of it."""
    assert running.process is not None
    frozen = running.run_file["pids"]["postgres"]
    os.kill(frozen, signal.SIGSTOP)
    running.process.kill()
    running.process.wait()
    assert not wait_until(lambda: not alive(frozen), seconds=0.5)
    running.start()
    assert wait_until(running.is_open, seconds=20)
    assert not alive(frozen)


def test_a_later_start_prepares_nothing(running: House):
    running.stop()
    running.start()
    text = "".join(running.output)
    assert "the database is as this version wants it" in text
    assert "migrations" not in text


def test_sigterm_stops_within_five_seconds_and_leaves_nothing(running: House):
    assert running.stop() < 5
    assert running.left_over() == []
    assert not (running.data / "run.json").exists()
    assert not any(services.listens(port) for port in range(running.port, running.port + 5))


def test_sigterm_while_it_starts_leaves_nothing(house: House):
    for pause in (0.15, 0.4, 1.2):
        process = subprocess.Popen(
            [CHECKOUT / "bin" / "conbillet", "up", "--empty"], env=house.environment, stdout=subprocess.DEVNULL
        )
        time.sleep(pause)
        process.send_signal(signal.SIGTERM)
        process.wait(5)
        assert house.left_over() == []


def test_a_port_in_use_is_said_clearly(house: House):
    with socket.socket() as other:
        other.bind(("127.0.0.1", house.port + 2))
        other.listen()
        answer = house.command("up", "--empty")
    assert answer.returncode == 1
    assert f"Port {house.port + 2}, wanted for the fake Stripe, is in use" in answer.stderr
    assert house.left_over() == []
