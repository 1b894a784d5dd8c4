"""Start the fake Stripe and the mail catcher as processes, and drive them. For tests, benchmarks and scripts.

Nothing is imported here but the standard library, so any process can use it. Both programs end with the process that
started them, also when that one is killed.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

Json = dict[str, Any]
START_SECONDS = 10.0


class ControlError(Exception):
    """A control call was refused; `status` and `body` say how."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def call(port: int, method: str, path: str, data: Json | None = None, timeout: float = 60) -> Any:
    """One JSON request to a local port. Raises ControlError for every status of 400 and more."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with contextlib.closing(connection):
        body = None if data is None else json.dumps(data)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        result = json.loads(answer.read() or b"{}")
    if answer.status >= 400:
        raise ControlError(answer.status, result)
    return result


class Process:
    """A running program with an HTTP port. It can be stopped, killed and started again with the same data."""

    def __init__(self, module: str, arguments: list[str], port: int, health: str) -> None:
        self.port = port
        self.url = f"http://localhost:{port}"
        self._command = [sys.executable, "-m", module, *arguments, "--until-stdin-closes"]
        self._health = health
        self._running: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._running is not None, "not running"
        return self._running.pid

    def start(self) -> None:
        """Start, and return when it answers. Raises RuntimeError with what it said if it ends."""
        root = str(Path(__file__).parents[2])
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        with tempfile.TemporaryFile() as said:
            self._running = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=environment
            )
            end = time.monotonic() + START_SECONDS
            while time.monotonic() < end:
                if self._running.poll() is not None:
                    said.seek(0)
                    raise RuntimeError(said.read().decode(errors="replace"))
                with contextlib.suppress(OSError, ControlError, http.client.HTTPException):
                    call(self.port, "GET", self._health, timeout=1)
                    return
                time.sleep(0.01)
        self.kill()
        raise RuntimeError(f"{self._command[2]} did not answer within {START_SECONDS:.0f} s")

    def stop(self) -> None:
        """End it the polite way."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it with kill -9."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start again after `stop` or `kill`, or stop first."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        process, self._running = self._running, None
        if process is not None:
            process.send_signal(how)
            process.wait(10)
            if process.stdin:
                process.stdin.close()


class FakeStripe(Process):
    """A running fake Stripe and its control API. Give `url` to the SDK: `base_addresses={"api": stripe.url}`."""

    def __init__(self, port: int, data: Path, secret: str, key: str, arguments: list[str]) -> None:
        self.webhook_secret = secret
        self.secret_key = key
        self.data = data
        fixed = ["--port", str(port), "--data", str(data), "--webhook-secret", secret, "--secret-key", key]
        super().__init__("conbillet.demo.fake_stripe", [*fixed, *arguments], port, "/_control/health")

    def control(self, method: str, path: str, data: Json | None = None) -> Any:
        """Any control call; `path` without `/_control/`."""
        return call(self.port, method, f"/_control/{path}", data)

    def _post(self, path: str, /, **data: Any) -> Any:
        return self.control("POST", path, {key: value for key, value in data.items() if value is not None})

    def state(self) -> Json:
        """All objects by kind, the faults to come, the clock."""
        state: Json = self.control("GET", "state")
        return state

    def objects(self, kind: str) -> list[Json]:
        """All objects of a kind such as `charge`, oldest first; `_account` says whose."""
        rows: list[Json] = self.state()["objects"][kind]
        return rows

    def account(self, *, name: str = "Demoforeningen", id: str | None = None, ready: bool = True) -> str:  # noqa: A002  the name of the parameter in the address
        """Make a connected account that can charge at once; returns its id."""
        return str(self._post("accounts", name=name, id=id, ready=ready)["id"])

    def onboard(self, account: str) -> Json:
        """Finish an account's onboarding without the page."""
        done: Json = self._post(f"accounts/{quote(account)}/onboard")
        return done

    def restrict(self, account: str) -> Json:
        """Take an account's right to charge away."""
        done: Json = self._post(f"accounts/{quote(account)}/restrict")
        return done

    def pay(self, session: str, *, method: str = "card", outcome: str = "paid", email: str | None = None) -> Json:
        """Pay a session without the page; `outcome` paid, declined, insufficient_funds, disputed, …"""
        done: Json = self._post(f"sessions/{quote(session)}/pay", method=method, outcome=outcome, email=email)
        return done

    def expire(self, session: str) -> Json:
        """Let a session expire."""
        done: Json = self._post(f"sessions/{quote(session)}/expire")
        return done

    def dispute(self, target: str, *, amount: int | None = None, reason: str = "fraudulent") -> Json:
        """Dispute a charge, given by its own id or that of its payment intent or session."""
        done: Json = self._post("disputes", charge=target, amount=amount, reason=reason)
        return done

    def close_dispute(self, dispute: str, outcome: str) -> Json:
        """Decide a dispute: `won` or `lost`."""
        done: Json = self._post(f"disputes/{quote(dispute)}/close", outcome=outcome)
        return done

    def set_refund(self, refund: str, status: str) -> Json:
        """What the bank says later about a refund: `failed`, `pending`, `succeeded`."""
        done: Json = self._post(f"refunds/{quote(refund)}", status=status)
        return done

    def payout(self, account: str, *, amount: int | None = None, status: str = "paid") -> Json:
        """Pay an account's balance out."""
        done: Json = self._post("payouts", account=account, amount=amount, status=status)
        return done

    def fault(self, kind: str, **details: Any) -> None:
        """Let something go wrong: see the README for kinds, `path`, `method`, `times`, `seconds`, `status`, …"""
        self._post("faults", kind=kind, **details)

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self.control("DELETE", "faults")

    def events(self, **filters: str) -> list[Json]:
        """Events, newest first, by `type`, `account`, `object`; each with its `_deliveries`."""
        rows: list[Json] = self.control("GET", f"events?{urlencode(filters)}")["events"]
        return rows

    def requests(self) -> list[Json]:
        """The last API requests: method, path, account, idempotency key, status."""
        rows: list[Json] = self.control("GET", "requests")["requests"]
        return rows

    def replay(self, event: str, *, times: int = 1, signed_seconds_ago: int = 0) -> list[Json]:
        """Deliver an event again; returns what the webhook answered."""
        done = self._post(f"events/{quote(event)}/replay", times=times, signed_seconds_ago=signed_seconds_ago)
        answers: list[Json] = done["answers"]
        return answers

    def forge(self, kind: str = "bad_signature", **event: Any) -> Json:
        """Deliver an event that Stripe never sent: `bad_signature`, `no_signature`, `altered_body`."""
        answer: Json = self._post("forge", kind=kind, **event)["answer"]
        return answer

    def webhooks_to(self, url: str, *, events: list[str] | None = None, secrets: list[str] | None = None) -> None:
        """Deliver events to `url` from now on."""
        self._post("webhooks", url=url, events=events, secrets=secrets)

    def flush(self) -> int:
        """Deliver at once what is held back, delayed or waiting for its next try."""
        return int(self._post("webhooks/flush")["flushed"])

    def wait_for_webhooks(self, timeout: float = 10) -> bool:
        """Wait until every event that is not held was delivered; False if that takes too long."""
        return bool(self._post("webhooks/wait", timeout=timeout)["idle"])

    def advance_clock(self, seconds: int) -> int:
        """Move Stripe's clock forward; sessions expire. Returns its time."""
        return int(self._post("clock", seconds=seconds)["now"])

    def reset(self, *, keep_accounts: bool = False) -> None:
        """Forget everything."""
        self._post("reset", keep_accounts=keep_accounts)


class MailCatcher(Process):
    """A running mail catcher: give `smtp_port` to the mail settings, read what came by `messages` or `wait`."""

    def __init__(self, http_port: int, smtp_port: int, data: Path, arguments: list[str]) -> None:
        self.smtp_port = smtp_port
        self.data = data
        fixed = ["--http-port", str(http_port), "--smtp-port", str(smtp_port), "--data", str(data)]
        super().__init__("conbillet.demo.mail_catcher", [*fixed, *arguments], http_port, "/api/health")

    def messages(self, *, to: str = "", since: int = 0) -> list[Json]:
        """The mails to an address, newest first, without their texts; `since` is a mail's id."""
        rows: list[Json] = call(self.port, "GET", f"/api/messages?{urlencode({'to': to, 'since': since})}")["messages"]
        return rows

    def message(self, id_: int) -> Json:
        """One mail: headers, text, html, links, attachments."""
        found: Json = call(self.port, "GET", f"/api/messages/{id_}")
        return found

    def wait(self, *, to: str = "", after: int = 0, timeout: float = 10) -> Json | None:
        """The oldest mail to `to` with an id above `after`, as soon as there is one; None after `timeout` seconds."""
        query = urlencode({"to": to, "after": after, "timeout": timeout})
        found: Json | None = call(self.port, "GET", f"/api/messages/wait?{query}", timeout=timeout + 10)["message"]
        return found

    def clear(self) -> None:
        """Delete all mails."""
        call(self.port, "DELETE", "/api/messages")

    def fault(self, kind: str, *, times: int = 1, seconds: float | None = None) -> None:
        """Let the next `times` mails be refused, slow, or cut off: `refuse`, `slow`, `drop_connection`."""
        data: Json = {"kind": kind, "times": times}
        call(self.port, "POST", "/api/faults", data if seconds is None else {**data, "seconds": seconds})

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        call(self.port, "DELETE", "/api/faults")


def start_fake_stripe(
    data: Path,
    *,
    webhook_url: str = "",
    webhook_secret: str = "whsec_conbillet_test",  # noqa: S107 - nobody else's
    secret_key: str = "sk_test_conbillet",  # noqa: S107  no secret
    port: int | None = None,
    arguments: tuple[str, ...] = (),
) -> FakeStripe:
    """Start a fake Stripe with its state in `data`; returns when it answers. Stop it with `stop()`.

    The keys are those that the tests' settings have by default.
    """
    urls = ["--webhook-url", webhook_url] if webhook_url else []
    return FakeStripe(port or free_port(), data, webhook_secret, secret_key, [*urls, *arguments])


def start_mail_catcher(
    data: Path, *, http_port: int | None = None, smtp_port: int | None = None, arguments: tuple[str, ...] = ()
) -> MailCatcher:
    """Start a mail catcher with its mails in `data`; returns when it answers. Stop it with `stop()`."""
    return MailCatcher(http_port or free_port(), smtp_port or free_port(), data, list(arguments))
