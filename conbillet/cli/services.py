"""The programs that make up the running house: their command lines and how to see that they are ready."""

import http.client
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from conbillet.backups.mark import WHY, restored_until
from conbillet.cli import environment
from conbillet.cli.environment import Ports

STRIPE_WEBHOOK = "/hooks/stripe/"


@dataclass(frozen=True)
class Service:
    """One program. `ready` asks it; a program without an address counts as ready once it runs."""

    name: str
    command: list[str]
    ready: Callable[[], bool] | None = None


def bind_address() -> str:
    """Where the web server and the live endpoint listen; a proxy, or a phone in the house, may need another."""
    return os.environ.get("CONBILLET_BIND") or "127.0.0.1"


def granian(target: str, *, interface: str, port: int, workers: int, options: tuple[str, ...] = ()) -> list[str]:
    # Without a kill timeout granian can hang on a SIGTERM that comes while its workers are starting.
    return [
        *(sys.executable, "-m", "granian", "--interface", interface, "--host", bind_address(), "--port", str(port)),
        *("--workers", str(workers), "--workers-kill-timeout", "2", "--log-level", "warning", "--no-ws"),
        *("--respawn-failed-workers", "--respawn-interval", "0.3", *options, target),
    ]


def web(at: Ports, *, workers: int = 2) -> Service:
    # Four threads a worker: enough to wait for the database side by side, few enough for its connections.
    command = granian(
        "conbillet.config.wsgi:application",
        interface="wsgi",
        port=at.web,
        workers=workers,
        options=("--blocking-threads", "4"),
    )
    return Service("web", command, lambda: status(at.web, "/") is not None)


def live(at: Ports) -> Service:
    command = granian("conbillet.config.live:application", interface="asgi", port=at.live, workers=1)
    return Service("live", command, lambda: status(at.live, "/live/health") == 200)


def worker() -> Service:
    return Service("worker", [sys.executable, "-m", "conbillet.cli", "worker"])


def fake_stripe(at: Ports, data: Path) -> Service:
    command = [sys.executable, "-m", "conbillet.demo.fake_stripe", "--port", str(at.fake_stripe)]
    command += ["--data", str(data / "fake_stripe"), "--webhook-url", f"http://localhost:{at.web}{STRIPE_WEBHOOK}"]
    command += ["--webhook-secret", environment.DEMO_WEBHOOK_SECRET, "--secret-key", environment.DEMO_STRIPE_KEY]
    return Service("fake_stripe", command, lambda: listens(at.fake_stripe))


def mail_catcher(at: Ports, data: Path) -> Service:
    command = [sys.executable, "-m", "conbillet.demo.mail_catcher", "--smtp-port", str(at.smtp)]
    command += ["--http-port", str(at.mail_catcher), "--data", str(data / "mail_catcher")]
    return Service("mail_catcher", command, lambda: listens(at.mail_catcher) and listens(at.smtp))


def listens(port: int, host: str = "localhost") -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def status(port: int, path: str) -> int | None:
    """The status of the answer; None when there is none (yet)."""
    connection = http.client.HTTPConnection("localhost", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def port_is_free(port: int) -> bool:
    for host in {bind_address(), "127.0.0.1"}:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


def _waits_to_be_opened(url: str) -> bool:
    """Whether the database was restored and nobody may be served from it yet; unreachable ones are not our business here."""
    try:
        return restored_until(url) is not None
    except psycopg.Error:
        return False


def become(choose: Callable[[Ports], Service], *, port: Callable[[Ports], int]) -> int:
    """Turn this process into a service, so that what started it (systemd, a container) watches the real program."""
    if not os.environ.get("DATABASE_URL") and environment.running_demo(environment.data_folder()) is None:
        print("conbillet: set DATABASE_URL, or run the demo with `conbillet up`.", file=sys.stderr)
        return 1
    asked = os.environ.get("CONBILLET_PORT")
    with environment.prepared() as database:
        if _waits_to_be_opened(database.owner_url):
            print(f"conbillet: {WHY}", file=sys.stderr)
            return 1
        if asked:  # beside a running demo, whose environment names the demo's own port
            os.environ["CONBILLET_PORT"] = asked
        at = environment.ports()
        service = choose(at)
        # Two programs on one port would share its visitors, and nobody would know which one answers.
        if not port_is_free(port(at)):
            print(
                f"conbillet: Port {port(at)}, wanted for {service.name}, is in use. Choose another with CONBILLET_PORT.",
                file=sys.stderr,
            )
            return 1
        print(f"{service.name} listens at {bind_address()}, port {port(at)}; SIGTERM stops it", flush=True)
        os.environ["PYTHONPATH"] = str(environment.CHECKOUT)
        os.execv(service.command[0], service.command)  # noqa: S606  a program of our own, without a shell
    raise AssertionError("unreachable")
