"""The counter: numbers in the memory of one process, brought to the database in the background. No page asks or waits.

    count_step(event.organization_id, event.pk, Step.CART, language="da", now=now)

Web servers and workers call `start`; from then on a thread writes what has come together every `SECONDS`, and once more
when the process ends. What a process had not written when it was killed is lost: some seconds of counts, and no sale.
Processes know nothing of each other; the database adds up (`actions/store_counts.py`).
"""

import atexit
import logging
import os
import select
import signal
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from multiprocessing.util import Finalize

from django.db import Error, IntegrityError, connections

from conbillet.core import clock
from conbillet.core.clock import copenhagen_day, day_end, day_start

from .actions.store_counts import ShopKey, SiteKey, store_counts
from .queries import last_shown_day
from .steps import known_detail, known_language

SECONDS = 20.0
MOST_KEYS = 20_000  # different counts that a process keeps: ten times what a busy evening has

Key = ShopKey | SiteKey
Store = Callable[..., object]
log = logging.getLogger("conbillet.usage")


class Tally:
    """Counts of one process until they are written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self._day = date.min
        self._begins = self._ends = datetime.min.replace(tzinfo=UTC)

    def step(self, organization: int, event: int | None, step: str, detail: str, language: str, now: datetime) -> None:
        with self._lock:
            key: Key = (self._day_of(now), organization, event, str(step), known_detail(step, detail), known_language(language))
            if key in self._counts or len(self._counts) < MOST_KEYS:
                self._counts[key] += 1

    def page(self, page: str, language: str, now: datetime) -> None:
        with self._lock:
            key: Key = (self._day_of(now), str(page), known_language(language))
            if key in self._counts or len(self._counts) < MOST_KEYS:
                self._counts[key] += 1

    def _day_of(self, now: datetime) -> date:
        """The Copenhagen day, remembered while it lasts: the calendar is asked once a day, and not at every page."""
        if not self._begins <= now < self._ends:
            self._day = copenhagen_day(now)
            self._begins, self._ends = day_start(self._day), day_end(self._day)
        return self._day

    def flush(self, *, now: datetime) -> int:
        """Write what has come together; how many different counts that were.

        What the database has certainly not taken is kept for the next time. Where nobody knows (the connection broke), the
        counts are given up: rather too few than counted twice. What comes so late that its day has been shown is given up too.
        """
        with self._writing:
            with self._lock:
                taken, self._counts = self._counts, Counter()
            shown = last_shown_day(now)
            fresh = {key: times for key, times in taken.items() if key[0] > shown}
            if not fresh:
                return 0
            connected = False
            try:
                connections["default"].ensure_connection()
                connected = True
                self._store(counts=fresh)
            except Error as error:
                if not connected or _certainly_not_written(error):
                    with self._lock:
                        self._counts.update(fresh)
                log.warning("counts of use were not written: %s", type(error).__name__)
                return 0
            return len(fresh)


def _certainly_not_written(error: Error) -> bool:
    """Whether trying again counts nothing twice. A count that the database will never take is not tried again either."""
    state = getattr(error.__cause__, "sqlstate", None) or ""  # PostgreSQL's own word for it: then it took nothing
    return bool(state) and not state.startswith("08") and not isinstance(error, IntegrityError)


_tally = Tally(store_counts)
_started = threading.Lock()


def count_step(
    organization: int, event: int | None, step: str, *, language: str, now: datetime, detail: str = ""
) -> None:
    """One more. Costs a microsecond and asks nothing."""
    _tally.step(organization, event, step, detail, language, now)


def count_page(page: str, *, language: str, now: datetime) -> None:
    """One more of ConBillet's own pages."""
    _tally.page(page, language, now)


def flush() -> int:
    """Write this process's counts now, on the caller's connection."""
    return _tally.flush(now=clock.now())


def start(*, at_signals: bool = False) -> None:
    """Write by itself from now on, and when the process ends. For programs that serve; a second call does nothing.

    `at_signals`, from the main thread: write as soon as a signal arrives too. A worker of the web server that does not come to
    its end within two seconds of being told to is killed, and would take its counts along.
    """
    if not _started.acquire(blocking=False):
        return
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    if at_signals:
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)  # whoever handles the signal handles it as before
    threading.Thread(target=_write_now_and_then, args=(told,), name="usage", daemon=True).start()
    # The web server's workers are children of `multiprocessing`, which end without what `atexit` keeps.
    atexit.register(_write)
    Finalize(None, _write, exitpriority=0)


def _write_now_and_then(told: int) -> None:
    while True:
        ready, _, _ = select.select([told], [], [], SECONDS)
        if ready:
            os.read(told, 1)
        _write()


def _write() -> None:
    """On a connection of this thread's own, which is not kept: PostgreSQL has few."""
    try:
        flush()
    except Exception as error:  # the thread must go on, whatever happens; a name says enough, and holds nothing of anybody
        log.warning("counts of use were not written: %s", type(error).__name__)
    finally:
        connections.close_all()
