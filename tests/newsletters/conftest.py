"""A clock that stands, and no pace: tests do not wait."""

from datetime import timedelta

import pytest

from conbillet.core import clock


@pytest.fixture(autouse=True)
def no_waiting(settings):
    settings.CONBILLET_NEWS_RATE = 0


class Clock:
    def __init__(self, now):
        self.now = now

    def on(self, **by):
        self.now += timedelta(**by)


@pytest.fixture(autouse=True)
def time(monkeypatch, now):
    """`time.on(minutes=…)` lets time go on."""
    hands = Clock(now)
    monkeypatch.setattr(clock, "now", lambda: hands.now)
    return hands
