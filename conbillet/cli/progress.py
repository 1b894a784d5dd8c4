"""Progress lines: what is done, and when, counted from the first line of the whole start."""

import os
import sys
import time
from pathlib import Path

STARTED = "CONBILLET_STARTED"  # handed to children, so that their lines go on with the same clock


def begin() -> None:
    os.environ[STARTED] = repr(time.time())


def elapsed() -> float:
    """Seconds since the start."""
    return max(0.0, time.time() - float(os.environ.setdefault(STARTED, repr(time.time()))))


def say(line: str) -> None:
    """Print a progress line. A reader that went away (`| head`) must not stop the work."""
    plain(f"{elapsed():6.1f} s  {line}")


def plain(text: str = "") -> None:
    try:
        print(text, flush=True)
    except OSError:
        # The interpreter flushes once more at its end and would complain; give it something that works.
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  closed with the process
