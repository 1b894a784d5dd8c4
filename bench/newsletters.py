"""What a newsletter costs: `python -m bench.newsletters [--receivers 10000]`.

One issue with a text of a page goes to that many receivers, a third of them in English, over SMTP to a sink on this machine
that answers and forgets. Measured is the CPU time of the process that sends (it does what the worker's jobs do, portion
after portion, without a pace) and of PostgreSQL, from writing down the receivers to the last note. The sink is not ours.
"""

import argparse
import os
import socketserver
import subprocess
import sys
import time
from collections import Counter
from multiprocessing import Process, Queue
from typing import Any

import psycopg

from conbillet.cli.embedded_postgres import EmbeddedPostgres

from . import databases
from .cpu import Meter
from .report import Report

GOAL = 2.0
TEXT = "\n\n".join(
    ["# Sommercon er lige om hjørnet", "Vi har **brug for dig**: [meld dig som frivillig](https://example.org/frivillig?a=1&b=2)."]
    + ["Der er rollespil, brætspil og kaffe i tre dage. " * 6, "- fredag kl. 16\n- lørdag kl. 10\n- søndag kl. 10"] * 4
)


class Sink(socketserver.StreamRequestHandler):
    """As much SMTP as a client wants to hear."""

    got: Counter[str]
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self._say("220 sink")
        receiver = ""
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"EHLO":
                self.wfile.write(b"250-sink\r\n250-8BITMIME\r\n250 SIZE 10000000\r\n")
            elif word == b"RCPT":
                receiver = line.split(b"<", 1)[1].split(b">", 1)[0].decode()
                self._say("250 OK")
            elif word == b"DATA":
                self._say("354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.got[receiver] += 1
                self._say("250 OK")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 OK")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def sink(ports: Any, answers: Any) -> None:
    """A process of its own. Says its port; asked by the second connection's end, how many got how many."""
    Sink.got = Counter()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.daemon_threads = True
        ports.put(server.server_address[1])
        server.timeout = 0.2
        while answers.empty():
            server.handle_request()
        answers.get()
        time.sleep(0.2)
        ports.put((len(Sink.got), max(Sink.got.values(), default=0)))


def work() -> None:
    """The process that sends: makes the issue, says so, waits for a line, sends."""
    import django

    django.setup()
    from conbillet.core import clock
    from conbillet.core.actor import SYSTEM
    from conbillet.newsletters.actions.start_issue import start_issue
    from conbillet.newsletters.actions.write_issue import Words, write_issue
    from conbillet.newsletters.audience import count_subscribers
    from conbillet.newsletters.models import Issue
    from conbillet.organizations.models import Organization
    from conbillet.workflows.newsletters import newsletter_due

    sender = Organization.objects.order_by("pk").first()
    assert sender is not None
    words = Words("Nyt fra os", TEXT, "News from us", TEXT)
    issue = write_issue(issue=None, words=words, organization_id=sender.pk, actor=SYSTEM, now=clock.now())
    start_issue(issue=issue, at=None, audience=count_subscribers(sender.pk), actor=SYSTEM, now=clock.now())
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        issue.refresh_from_db()
        if issue.state == Issue.State.SENT:
            break
        newsletter_due(issue=issue.pk, turn=issue.turn)
    print("sent", flush=True)
    sys.stdin.readline()


_FORGET = (
    "DELETE FROM newsletters_recipient", "DELETE FROM newsletters_issue", "DELETE FROM newsletters_failingaddress",
    "DELETE FROM consents_marketingconsent WHERE reference LIKE 'N%'",
)  # fmt: skip
_SUBSCRIBE = """
    INSERT INTO consents_marketingconsent (reference, email, organization_id, purpose, event, method, text_version, text_hash, language, at)
    SELECT 'N' || lpad(n::text, 11, '0'), 'laeser' || n || '@example.net', (SELECT min(id) FROM organizations_organization), 'newsletter',
           'given', 'double_opt_in', 'x', 'x', CASE WHEN n % 3 = 0 THEN 'en' ELSE 'da' END, now() - interval '1 day'
      FROM generate_series(1, %(count)s) n
"""


def measure(count: int) -> Report:
    """One issue to `count` receivers."""
    ports, answers, report = Queue(), Queue(), Report()  # type: ignore[var-annotated]  # queues of whatever is said
    server = Process(target=sink, args=(ports, answers), daemon=True)
    server.start()
    postgres = EmbeddedPostgres(databases.DATA / "postgres")
    postgres.start()
    try:
        assert postgres.pid is not None, "another program runs the bench's database"
        database = databases.ensure(postgres, "small")
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            for statement in _FORGET:
                owner.execute(statement)
            owner.execute(_SUBSCRIBE.replace("% 3", "%% 3"), {"count": count})
            owner.execute("VACUUM ANALYZE consents_marketingconsent")
        more = {
            "CONBILLET_NEWS_RATE": "0", "CONBILLET_SMTP_HOST": "127.0.0.1", "CONBILLET_SMTP_PORT": str(ports.get(timeout=10)),
            "CONBILLET_MAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        }  # fmt: skip
        sender = subprocess.Popen(
            [sys.executable, "-m", "bench.newsletters", "--work"], env=databases.environment(database, **more),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert sender.stdin is not None and sender.stdout is not None
        assert sender.stdout.readline() == "ready\n"
        began = time.monotonic()
        with Meter({"sender": sender.pid, "postgres": postgres.pid}) as meter:
            sender.stdin.write("go\n")
            sender.stdin.flush()
            assert sender.stdout.readline() == "sent\n"
        seconds = time.monotonic() - began
        sender.communicate("end\n")
    finally:
        postgres.stop()
    answers.put("how many?")
    people, most = ports.get(timeout=10)
    spent = meter.ms(count)
    total = sum(spent.values())
    parts = f"sender {spent['sender']:.2f} · postgres {spent['postgres']:.2f}"
    report.plain(f"one mail of a newsletter ({count:,})", total, parts, per_second=f"{count / seconds:,.0f}")
    report.goal("a newsletter's mail, CPU", f"{GOAL:.0f} ms", f"{total:.2f} ms", total < GOAL)
    report.goal("receivers, each once", f"{count:,}", f"{people:,}, at most {most} each", (people, most) == (count, 1))
    return report


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.newsletters", description=__doc__)
    arguments.add_argument("--receivers", type=int, default=10_000)
    arguments.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    args = arguments.parse_args()
    if args.work:
        work()
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
    print(measure(args.receivers).text())


if __name__ == "__main__":
    main()
