"""Real processes: two that count at once, one that ends, one that is killed, and one that comes after it."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.conf import settings

from conbillet.usage.models import ShopCount

CHECKOUT = Path(__file__).resolve().parents[2]
PROGRAM = textwrap.dedent(
    """
    import signal, sys, threading, time
    import django
    django.setup()
    from conbillet.core import clock
    from conbillet.usage import counter
    counter.SECONDS = float(sys.argv[1])
    counter.start(); counter.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for _ in range(100):
        counter.count_step({organization}, {event}, "event", language="da", now=clock.now())
    if sys.argv[2] == "wait":
        time.sleep(float(sys.argv[1]) * 2 + 2)
        print("written", flush=True)
    else:
        print("counted", flush=True)
    time.sleep(30 if sys.argv[2] != "end" else 0)
    """
)


@pytest.fixture
def process(transactional_db, world):
    """Starts a program that counts a hundred times: `process(seconds between writes, what then)`."""
    database = settings.DATABASES["default"]
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
        "PYTHONPATH": str(CHECKOUT),
        "DJANGO_SETTINGS_MODULE": "conbillet.config.settings",
    }
    program = PROGRAM.format(organization=world.organization.pk, event=world.event.pk)
    running = []

    def start(seconds: float, then: str) -> subprocess.Popen:
        command = [sys.executable, "-c", program, str(seconds), then]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.wait()


def times() -> int:
    return sum(ShopCount.objects.values_list("times", flat=True))


def test_two_processes_write_at_their_end_and_add_up(process):
    both = [process(1000, "end"), process(1000, "end")]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    assert (ShopCount.objects.count(), times()) == (1, 200)


def test_a_process_that_is_stopped_writes_what_it_has(process):
    one = process(1000, "stay")
    assert one.stdout.readline() == "counted\n"
    one.send_signal(signal.SIGTERM)
    assert one.wait(timeout=60) == 0
    assert times() == 100


def test_a_killed_process_loses_what_it_had_not_written_and_nothing_else(process):
    one = process(0.2, "wait")
    assert one.stdout.readline() == "written\n" and times() == 100  # the thread wrote by itself
    lost = process(1000, "stay")
    assert lost.stdout.readline() == "counted\n"
    lost.kill()
    lost.wait()
    assert times() == 100
    assert process(1000, "end").wait(timeout=60) == 0  # started again
    assert times() == 200
